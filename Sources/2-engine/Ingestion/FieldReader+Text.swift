import OmniLedger
import OmniMoney

// The same for fields that come as text, as those of a table do.
extension FieldReader {
  func identifier(_ text: String, _ field: String) throws(FieldFault) -> TransactionID {
    try unsafe Self.withBytes(text) { bytes throws(FieldFault) in
      try unsafe identifier(bytes, field)
    }
  }

  func signature(_ text: String) throws(FieldFault) -> [UInt64] {
    try unsafe Self.withBytes(text) { bytes throws(FieldFault) in try unsafe signature(bytes) }
  }

  mutating func account(_ text: String, _ field: String) throws(FieldFault) -> AccountKey {
    try unsafe Self.withBytes(text) { bytes throws(FieldFault) in try unsafe account(bytes, field) }
  }

  mutating func asset(_ text: String) throws(FieldFault) -> Currency {
    try unsafe Self.withBytes(text) { bytes throws(FieldFault) in try unsafe asset(bytes) }
  }

  func amount(
    _ text: String, digits: UInt8, rounds: Bool = false
  ) throws(FieldFault) -> Int128 {
    try unsafe Self.withBytes(text) { bytes throws(FieldFault) in
      try unsafe amount(bytes, digits: digits, rounds: rounds)
    }
  }

  mutating func instant(_ text: String, isUTC: Bool = false) throws(FieldFault) -> Int64 {
    try unsafe Self.withBytes(text) { bytes throws(FieldFault) in
      try unsafe instant(bytes, isUTC: isUTC)
    }
  }

  /// Calls `body` with the bytes of `text`.
  static func withBytes<Result>(
    _ text: String, _ body: (UnsafeRawBufferPointer) throws(FieldFault) -> Result
  ) throws(FieldFault) -> Result {
    var result: Swift.Result<Result, FieldFault>?
    unsafe Array(text.utf8).withUnsafeBytes { bytes in
      do throws(FieldFault) {
        result = .success(try unsafe body(bytes))
      } catch {
        result = .failure(error)
      }
    }
    guard let result else { throw FieldFault(.syntax, "", "a field that cannot be read") }
    return try result.get()
  }
}

import CSimdJSON

/// The ceiling of reading payloads: what simdjson alone needs for the same fields.
@safe public struct PayloadCeiling: ~Copyable {
  private let parser: OpaquePointer
  /// The lines, with the room behind them that the library reads ahead into.
  private let padded: [UInt8]
  private let byteCount: Int

  /// Takes lines of payloads.
  public init(_ bytes: [UInt8]) {
    guard let made = unsafe omni_payload_parser_create(1 << 20) else {
      preconditionFailure("memory for a parser of JSON")
    }
    unsafe parser = made
    padded = bytes + Array(repeating: 0, count: Int(OMNI_PAYLOAD_PADDING))
    byteCount = bytes.count
  }

  deinit { unsafe omni_payload_parser_destroy(parser) }

  /// Reads every line and stores nothing; says how many lines there were.
  public func run() -> Int {
    var sum: UInt64 = 0
    let count = unsafe omni_payload_ceiling(parser, padded, byteCount, &sum)
    return sum == 0 ? 0 : Int(count)
  }

  /// The version of simdjson.
  public static var libraryVersion: String { unsafe String(cString: omni_simdjson_version()) }
}

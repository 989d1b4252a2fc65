import CSimdJSON
import OmniCollections
import OmniLedger
import OmniMoney

/// Reads one payload of OMNI's own schema.
@safe struct PayloadParser: ~Copyable {
  private let parser: OpaquePointer
  private let payload: UnsafeMutablePointer<omni_payload>

  /// How many bytes must be readable behind a document.
  static let padding = Int(OMNI_PAYLOAD_PADDING)

  /// Creates a parser of documents of up to `capacity` bytes.
  init(capacity: Int) {
    guard let made = unsafe omni_payload_parser_create(capacity) else {
      preconditionFailure("memory for a parser of JSON")
    }
    unsafe parser = made
    unsafe payload = .allocate(capacity: 1)
    unsafe payload.initialize(to: omni_payload())
  }

  deinit {
    unsafe omni_payload_parser_destroy(parser)
    unsafe payload.deallocate()
  }

  /// Reads the document at `bytes`, behind which ``padding`` bytes are readable.
  mutating func parse(
    _ bytes: UnsafeRawBufferPointer, into draft: inout Draft, _ reader: inout FieldReader
  ) throws(FieldFault) {
    guard let base = bytes.baseAddress else {
      throw FieldFault(.syntax, "", "nothing, where a JSON object was wanted")
    }
    unsafe omni_payload_parse(
      parser, base.assumingMemoryBound(to: UInt8.self), bytes.count, payload)
    guard unsafe payload.pointee.error == Int32(OMNI_PAYLOAD_RIGHT) else { throw fault }
    draft.clear()
    try fill(&draft, &reader)
  }

  private func view(_ text: omni_text) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: text.bytes, count: text.count)
  }

  private func fill(
    _ draft: inout Draft, _ reader: inout FieldReader
  ) throws(FieldFault) {
    draft.id = try unsafe reader.identifier(view(payload.pointee.id), "id")
    draft.sender = try unsafe reader.account(view(payload.pointee.sender), "sender")
    draft.nonce = unsafe payload.pointee.nonce
    let timeout = unsafe payload.pointee.timeout
    guard timeout <= UInt64(UInt32.max) else {
      throw FieldFault(.type, "timeout_ms", "above 4294967295, the longest time-out")
    }
    draft.timeoutMilliseconds = UInt32(timeout)
    if unsafe payload.pointee.has_ts_number != 0 {
      draft.timestamp = unsafe payload.pointee.ts_number
    } else {
      draft.timestamp = try unsafe reader.instant(view(payload.pointee.ts))
    }
    for place in 0..<Int(unsafe payload.pointee.leg_count) {
      draft.legs.append(try leg(place, of: draft.sender, &reader))
    }
    for place in 0..<Int(unsafe payload.pointee.parent_count) {
      let text = unsafe withUnsafePointer(to: &payload.pointee.parents) {
        unsafe UnsafeRawPointer($0).assumingMemoryBound(to: omni_text.self)[place]
      }
      draft.parents.append(try unsafe reader.identifier(view(text), "parents"))
    }
    try draft.sortParents()
    for place in 0..<Int(unsafe payload.pointee.flag_count) {
      let text = unsafe withUnsafePointer(to: &payload.pointee.flags) {
        unsafe UnsafeRawPointer($0).assumingMemoryBound(to: omni_text.self)[place]
      }
      try unsafe draft.addFlag(view(text))
    }
    if unsafe payload.pointee.has_sig != 0 {
      draft.signature = try unsafe reader.signature(view(payload.pointee.sig))
    }
  }

  private func leg(
    _ place: Int, of senderKey: AccountKey, _ reader: inout FieldReader
  ) throws(FieldFault) -> TransferLeg {
    let leg = unsafe withUnsafePointer(to: &payload.pointee.legs) {
      unsafe UnsafeRawPointer($0).assumingMemoryBound(to: omni_payload_leg.self)[place]
    }
    let asset = try unsafe reader.asset(view(leg.asset))
    // Most of what is sent debits its sender.
    let sender = unsafe view(payload.pointee.sender)
    let isOwn = unsafe Self.isEqual(sender, view(leg.debit))
    return TransferLeg(
      debit: isOwn ? senderKey : try unsafe reader.account(view(leg.debit), "debit"),
      credit: try unsafe reader.account(view(leg.credit), "credit"),
      amount: try unsafe reader.amount(view(leg.amount), digits: asset.minorDigits),
      asset: asset.packedCode, digits: asset.minorDigits)
  }

  private static func isEqual(
    _ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer
  ) -> Bool {
    guard one.count == other.count else { return false }
    for place in one.indices where unsafe one[place] != other[place] { return false }
    return true
  }

  private static let fields = [
    "", "id", "sender", "legs", "nonce", "parents", "flags", "timeout_ms", "ts", "sig", "debit",
    "credit", "amount", "asset",
  ]

  /// What the parser found wrong.
  private var fault: FieldFault {
    let field = Self.fields[Int(unsafe payload.pointee.field)]
    switch Int(unsafe payload.pointee.error) {
    case OMNI_PAYLOAD_ENCODING:
      return FieldFault(.encoding, field, "bytes that are not UTF-8")
    case OMNI_PAYLOAD_UNKNOWN_KEY:
      return FieldFault(
        .unknownKey, field,
        "a key that is none of id, sender, legs, nonce, parents, flags, timeout_ms, ts, sig, nor of a leg's debit, credit, amount, asset"
      )
    case OMNI_PAYLOAD_DOUBLED_KEY:
      return FieldFault(.doubledKey, field, "a key that stands twice")
    case OMNI_PAYLOAD_MISSING_KEY:
      return FieldFault(.missingKey, field, "a key that is needed and is not there")
    case OMNI_PAYLOAD_TYPE:
      return FieldFault(.type, field, "a value of another type, or a number out of its range")
    case OMNI_PAYLOAD_TOO_MANY:
      return FieldFault(.tooMany, field, "more than 16 legs, 64 parents or 8 flags")
    case OMNI_PAYLOAD_TRAILING:
      return FieldFault(.trailing, field, "something behind the object, where nothing was wanted")
    default: return FieldFault(.syntax, field, "no well-formed JSON object")
    }
  }
}

/// The ceiling of reading payloads: what simdjson alone needs for the same fields.
public enum PayloadCeiling {
  /// Reads every line of `bytes` and stores nothing; says how many lines there were.
  public static func run(_ bytes: [UInt8]) -> Int {
    guard let parser = unsafe omni_payload_parser_create(1 << 20) else { return 0 }
    defer { unsafe omni_payload_parser_destroy(parser) }
    let padded = bytes + Array(repeating: 0, count: Int(OMNI_PAYLOAD_PADDING))
    var sum: UInt64 = 0
    let count = unsafe omni_payload_ceiling(parser, padded, bytes.count, &sum)
    return sum == 0 ? 0 : Int(count)
  }

  /// The version of simdjson.
  public static var libraryVersion: String { unsafe String(cString: omni_simdjson_version()) }
}

import CSimdJSON
import OmniCollections
import OmniCrypto
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

  // MARK: Lines

  /// Indexes the whole lines at the beginning of `block`, and says how many bytes they have.
  mutating func index(_ block: UnsafeRawBufferPointer) -> Int {
    guard let base = block.baseAddress else { return 0 }
    return unsafe omni_payload_index(
      parser, base.assumingMemoryBound(to: UInt8.self), block.count)
  }

  /// Reads the line at `offset` of the block that was indexed last, if it has the usual form.
  ///
  /// - Returns: the line's length, or nil if ``parse(_:into:_:)`` is to read it.
  mutating func readLine(at offset: Int, of block: UnsafeRawBufferPointer) -> Int? {
    guard let base = block.baseAddress else { return nil }
    let length = unsafe omni_payload_plain(
      parser, base.assumingMemoryBound(to: UInt8.self), offset, payload)
    return length == 0 ? nil : length
  }

  /// Adds the payload of the line that was read last to a batch that is not full.
  ///
  /// - Returns: Whether its transaction is there; if not, ``parse(_:into:_:)`` is to read it, and
  ///   tells what is wrong if anything is.
  mutating func append(
    to batch: inout TransactionBatch, origin: UInt64, _ reader: inout FieldReader
  ) -> Bool {
    // What is wrong is told when the line is read field by field.
    if (try? fill(&batch, &reader)) == true {
      batch.end(origin: origin)
      return true
    }
    batch.dropTail()
    return false
  }

  /// Makes the batch's open transaction; false if the line is to be read field by field.
  @inline(__always)
  private func fill(
    _ batch: inout TransactionBatch, _ reader: inout FieldReader
  ) throws(FieldFault) -> Bool {
    let number = unsafe payload.pointee.id_number
    let (legs, parents) = unsafe (payload.pointee.leg_count, payload.pointee.parent_count)
    let timeout = unsafe payload.pointee.timeout
    guard timeout <= UInt64(UInt32.max) else { return false }
    // The names' slots are prefetched, and read below, behind other work.
    let sender = unsafe reader.search(view(payload.pointee.sender))
    let credit =
      unsafe legs > 0 ? reader.search(view(omni_payload_legs(payload)[0].credit)) : sender
    let isNumber = unsafe payload.pointee.has_ts_number != 0
    batch.open = TransactionHeader(
      id: TransactionID(low: number.low, high: number.high), sender: AccountKey(0),
      nonce: unsafe payload.pointee.nonce,
      timestamp: isNumber
        ? unsafe payload.pointee.ts_number : try unsafe reader.instant(view(payload.pointee.ts)))
    guard batch.open.id.isUsable else { return false }
    batch.open.timeoutMilliseconds = UInt32(truncatingIfNeeded: timeout)
    batch.open.legCount = UInt8(truncatingIfNeeded: legs)
    for place in 0..<Int(unsafe payload.pointee.flag_count) {
      try unsafe Draft.addFlag(view(omni_payload_flags(payload)[place]), to: &batch.open.flags)
    }
    if parents > 0 {
      batch.open.parentCount = UInt16(truncatingIfNeeded: parents)
      let words = unsafe UnsafeRawPointer(omni_payload_parent_numbers(payload))
        .assumingMemoryBound(to: UInt64.self)
      batch.open.parentsDigest = SHA256.digest(ofWords: 2 * Int(parents)) { unsafe words[$0] }
    }
    let senderKey = try unsafe reader.account(view(payload.pointee.sender), "sender", sender)
    batch.open.sender = senderKey
    for place in 0..<Int(legs) {
      let leg = try leg(place, of: senderKey, place == 0 ? credit : nil, &reader)
      if place == 0 { batch.open.setFirstLeg(leg) } else { batch.putTail(leg) }
    }
    guard putParents(Int(parents), &batch) else { return false }
    if unsafe payload.pointee.has_sig != 0 {
      for word in try unsafe reader.signature(view(payload.pointee.sig)) { batch.putTail(word) }
      batch.open.signatureCount = 1
    }
    return true
  }

  /// Puts the parents into the tail; false if they do not ascend.
  private func putParents(_ count: Int, _ batch: inout TransactionBatch) -> Bool {
    let numbers = unsafe omni_payload_parent_numbers(payload)
    var last = TransactionID(0)
    for place in 0..<count {
      let number = unsafe numbers[place]
      let parent = TransactionID(low: number.low, high: number.high)
      guard last < parent, parent.isUsable else { return false }
      batch.putTail(parent)
      last = parent
    }
    return true
  }

  // MARK: Records

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
      draft.legs.append(try leg(place, of: draft.sender, nil, &reader))
    }
    for place in 0..<Int(unsafe payload.pointee.parent_count) {
      let text = unsafe omni_payload_parents(payload)[place]
      draft.parents.append(try unsafe reader.identifier(view(text), "parents"))
    }
    try draft.sortParents()
    for place in 0..<Int(unsafe payload.pointee.flag_count) {
      let text = unsafe omni_payload_flags(payload)[place]
      try unsafe draft.addFlag(view(text))
    }
    if unsafe payload.pointee.has_sig != 0 {
      draft.signature = try unsafe reader.signature(view(payload.pointee.sig))
    }
  }

  @inline(__always)
  private func leg(
    _ place: Int, of senderKey: AccountKey, _ credit: ByteKeyMap.Search?,
    _ reader: inout FieldReader
  ) throws(FieldFault) -> TransferLeg {
    let leg = unsafe omni_payload_legs(payload)[place]
    let asset = try unsafe reader.asset(view(leg.asset))
    // Most of what is sent debits its sender.
    let sender = unsafe view(payload.pointee.sender)
    let isOwn = unsafe Self.isEqual(sender, view(leg.debit))
    let search = unsafe credit ?? reader.search(view(leg.credit))
    return TransferLeg(
      debit: isOwn ? senderKey : try unsafe reader.account(view(leg.debit), "debit"),
      credit: try unsafe reader.account(view(leg.credit), "credit", search),
      amount: try unsafe reader.amount(view(leg.amount), digits: asset.minorDigits),
      asset: asset.packedCode, digits: asset.minorDigits)
  }

  private static func isEqual(
    _ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer
  ) -> Bool {
    let count = one.count
    guard count == other.count else { return false }
    var place = 0
    while place + 8 <= count {
      let word = unsafe one.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      if unsafe word != other.loadUnaligned(fromByteOffset: place, as: UInt64.self) { return false }
      place += 8
    }
    while place < count {
      if unsafe one[place] != other[place] { return false }
      place += 1
    }
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

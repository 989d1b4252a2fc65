import OmniCrypto
import OmniLedger
import OmniMoney

/// A transaction in the making, whose fields come in any order.
struct Draft {
  var id = TransactionID(0)
  var sender = AccountKey(0)
  var legs: [TransferLeg] = []
  var nonce: UInt64 = 0
  var parents: [TransactionID] = []
  var flags: TransactionFlags = []
  var timeoutMilliseconds: UInt32 = 0
  var timestamp: Int64 = 0
  var signature: [UInt64] = []

  /// Forgets everything, and keeps the room.
  mutating func clear() {
    if !legs.isEmpty { legs.removeAll(keepingCapacity: true) }
    if !parents.isEmpty { parents.removeAll(keepingCapacity: true) }
    if !signature.isEmpty { signature.removeAll(keepingCapacity: true) }
    flags = []
    timeoutMilliseconds = 0
  }

  /// Adds a flag by its name.
  mutating func addFlag(_ bytes: UnsafeRawBufferPointer) throws(FieldFault) {
    try unsafe Self.addFlag(bytes, to: &flags)
  }

  /// Adds a flag by its name to others.
  static func addFlag(
    _ bytes: UnsafeRawBufferPointer, to flags: inout TransactionFlags
  ) throws(FieldFault) {
    for (name, flag) in TransactionFlags.names where unsafe bytes.elementsEqual(name.utf8) {
      guard !flags.contains(flag) else {
        throw FieldFault(.flag, "flags", "a flag that stands twice")
      }
      flags.insert(flag)
      return
    }
    throw FieldFault(
      .flag, "flags",
      "no flag; pending, post, void, linked, balancing, closing_debit, closing_credit or imported was wanted"
    )
  }

  /// Adds a flag by its name.
  mutating func addFlag(_ name: String) throws(FieldFault) {
    try unsafe FieldReader.withBytes(name) { bytes throws(FieldFault) in try unsafe addFlag(bytes) }
  }

  /// Puts the parents in order.
  mutating func sortParents() throws(FieldFault) {
    if parents.count < 2 { return }
    parents.sort()
    for place in 1..<parents.count where parents[place] == parents[place - 1] {
      throw FieldFault(.parent, "parents", "a parent that stands twice")
    }
  }

  /// Adds the transaction to a batch that is not full.
  func append(to batch: inout TransactionBatch, origin: UInt64) {
    var header = TransactionHeader(id: id, sender: sender, nonce: nonce, timestamp: timestamp)
    if let leg = legs.first {
      header.setFirstLeg(leg)
      for place in 1..<max(1, legs.count) { batch.putTail(legs[place]) }
    }
    header.flags = flags
    header.timeoutMilliseconds = timeoutMilliseconds
    header.legCount = UInt8(legs.count)
    header.parentCount = UInt16(parents.count)
    if !parents.isEmpty {
      for parent in parents { batch.putTail(parent) }
      header.parentsDigest = SHA256.digest(ofWords: 2 * parents.count) { word in
        word & 1 == 0 ? parents[word / 2].low : parents[word / 2].high
      }
    }
    if !signature.isEmpty {
      for word in signature { batch.putTail(word) }
      header.signatureCount = 1
    }
    batch.append(header, origin: origin)
  }
}

import OmniEncoding
import OmniTime

// The layout, all numbers little-endian:
//
//      0  magic "OSNP"          28  event checksum        64  stream name, UTF-8
//      4  format version, 2     32  created at, ns        ..  payload
//      6  kind, 1               40  parent version        ..  CRC-32C of all before, 4
//      7  zero, 1               48  base version
//      8  stream version        56  payload bytes, 4
//     16  reducer fingerprint   60  name bytes, 2
//     24  schema version        62  zero, 2
//
// The lengths settle where the record ends, so a record that is cut off or continued is refused
// before the checksum is looked at; the checksum finds every error within 32 successive bits.
extension SnapshotRecord {
  /// The format that is written.
  public static let formatVersion: UInt16 = 1
  /// The largest encoded record, in bytes.
  public static let encodedBytesMax = headerBytes + StreamName.bytesMax + payloadBytesMax + 4

  private static let magic: UInt32 = 0x504E_534F
  private static let headerBytes = 64
  /// What CRC-32C gives for any message that ends with its own checksum.
  private static let residue: UInt32 = 0x4867_4BC7

  /// The record as bytes.
  ///
  /// - Complexity: O(n).
  public func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    let name = key.stream.text.utf8
    bytes.reserveCapacity(Self.headerBytes + name.count + payload.count + 4)
    bytes.appendLittleEndian(Self.magic)
    bytes.appendLittleEndian(Self.formatVersion)
    var parent: UInt64 = 0
    var base: UInt64 = 0
    if case .delta(let parentVersion, let baseVersion) = kind {
      (parent, base) = (parentVersion, baseVersion)
    }
    bytes.appendLittleEndian(UInt16(kind == .base ? 0 : 1))
    bytes.appendLittleEndian(key.version)
    bytes.appendLittleEndian(key.reducerFingerprint)
    bytes.appendLittleEndian(key.schemaVersion)
    bytes.appendLittleEndian(eventChecksum)
    bytes.appendLittleEndian(createdAt.nanoseconds)
    bytes.appendLittleEndian(parent)
    bytes.appendLittleEndian(base)
    bytes.appendLittleEndian(UInt32(payload.count))
    bytes.appendLittleEndian(UInt16(name.count))
    bytes.appendLittleEndian(UInt16(0))
    bytes.append(contentsOf: name)
    bytes.append(contentsOf: payload)
    bytes.appendLittleEndian(CRC32C.checksum(bytes))
    return bytes
  }

  /// Reads a record, and believes nothing that it has not checked.
  ///
  /// - Throws: `wrongLength`, `wrongMagic`, `futureFormat`, `wrongChecksum` or `malformed`.
  /// - Complexity: O(n); copies the payload.
  public init(decoding bytes: [UInt8]) throws(SnapshotFlaw) {
    guard bytes.count >= 6 else { throw .wrongLength }
    guard bytes.littleEndian(UInt32.self, at: 0) == Self.magic else { throw .wrongMagic }
    // A later format may have other lengths, so that nothing after its number is looked at.
    let format = bytes.littleEndian(UInt16.self, at: 4)
    guard format <= Self.formatVersion else { throw .futureFormat }
    guard format > 0 else { throw .malformed }
    guard bytes.count >= Self.headerBytes + 4, bytes.count <= Self.encodedBytesMax else {
      throw .wrongLength
    }
    let payloadBytes = Int(bytes.littleEndian(UInt32.self, at: 56))
    let nameBytes = Int(bytes.littleEndian(UInt16.self, at: 60))
    guard bytes.count == Self.headerBytes + nameBytes + payloadBytes + 4 else {
      throw .wrongLength
    }
    guard CRC32C.checksum(bytes) == Self.residue else { throw .wrongChecksum }
    let payloadStart = Self.headerBytes + nameBytes
    let key = try Self.key(in: bytes, name: bytes[Self.headerBytes..<payloadStart])
    kind = try Self.kind(in: bytes, version: key.version)
    guard payloadBytes <= Self.payloadBytesMax, bytes.littleEndian(UInt16.self, at: 62) == 0
    else { throw .malformed }
    self.key = key
    eventChecksum = bytes.littleEndian(UInt32.self, at: 28)
    createdAt = Timestamp(nanoseconds: bytes.littleEndian(Int64.self, at: 32))
    payload = Array(bytes[payloadStart..<(payloadStart + payloadBytes)])
  }

  private static func key(
    in bytes: [UInt8], name: ArraySlice<UInt8>
  ) throws(SnapshotFlaw) -> SnapshotKey {
    let version = bytes.littleEndian(UInt64.self, at: 8)
    guard version > 0, let text = String(validating: name, as: UTF8.self),
      let stream = try? StreamName(text)
    else { throw .malformed }
    return SnapshotKey(
      stream: stream, version: version,
      schemaVersion: bytes.littleEndian(UInt32.self, at: 24),
      reducerFingerprint: bytes.littleEndian(UInt64.self, at: 16))
  }

  private static func kind(in bytes: [UInt8], version: UInt64) throws(SnapshotFlaw) -> Kind {
    let parent = bytes.littleEndian(UInt64.self, at: 40)
    let base = bytes.littleEndian(UInt64.self, at: 48)
    switch bytes.littleEndian(UInt16.self, at: 6) {
    case 0 where parent == 0 && base == 0: return .base
    case 1 where base > 0 && base <= parent && parent < version:
      return .delta(parent: parent, base: base)
    default: throw .malformed
    }
  }
}

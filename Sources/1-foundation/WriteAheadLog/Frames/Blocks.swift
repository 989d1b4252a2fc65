import OmniEncoding
import OmniPlatform

/// A block of words with its checksum in the last one: superblocks, acknowledgements, the heads of
/// segments.
enum Block {
  static let superblockBytes = 4_096
  static let acknowledgementBytes = 512

  /// `words`, then zeros, then the checksum of all before it, in `count` bytes.
  static func bytes(_ words: [UInt64], count: Int) -> [UInt8] {
    var all = words
    all += Array(repeating: 0, count: count / 8 - words.count - 1)
    let body = WordArray(all).bytes
    return body + WordArray([UInt64(CRC32C.checksum(body))]).bytes
  }

  /// The words of a block whose checksum is right, without the checksum; or nothing.
  static func words(_ bytes: [UInt8], magic: UInt64) -> [UInt64]? {
    guard bytes.count >= 16, bytes.count % 8 == 0 else { return nil }
    let words = words(bytes)
    let body = Array(bytes.dropLast(8))
    guard words[0] == magic, words[words.count - 1] == UInt64(CRC32C.checksum(body)) else {
      return nil
    }
    return Array(words.dropLast())
  }

  /// Bytes as words, the first byte the least significant.
  static func words(_ bytes: [UInt8]) -> [UInt64] {
    stride(from: 0, to: bytes.count - 7, by: 8).map { place in
      (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[place + $1]) << (8 * UInt64($1)) }
    }
  }
}

/// Who a log is, so that the files of two logs cannot be mixed up.
public struct LogIdentity: Sendable, Hashable {
  /// The number.
  public let value: UInt128

  /// Creates an identity from a random number.
  public init(_ value: UInt128) { self.value = value }

  var words: [UInt64] {
    [UInt64(truncatingIfNeeded: value), UInt64(truncatingIfNeeded: value >> 64)]
  }

  init(_ low: UInt64, _ high: UInt64) { value = UInt128(high) << 64 | UInt128(low) }
}

extension LogIdentity: CustomStringConvertible {
  /// The number as 32 hexadecimal digits.
  public var description: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
  }
}

/// What two files say in turn of the whole log.
struct Superblock: Equatable {
  static let names = ["superblock.a", "superblock.b"]
  /// `OMNISUP1`.
  static let magic: UInt64 = 0x3150_5553_494E_4D4F

  var identity: LogIdentity
  /// Rises with every write; the lowest bit says which file.
  var version: UInt64 = 0
  /// How many frames are on the device for certain.
  var acknowledged: UInt64 = 0
  /// The digest of the last of them.
  var chain: SIMD4<UInt64>
  /// How many items they hold.
  var itemCount: UInt64 = 0
  /// The frame of the newest snapshot, or 0.
  var snapshot: UInt64 = 0
  /// The digest of the newest snapshot's last frame.
  var snapshotDigest = SIMD4<UInt64>()
  /// Whether the log was closed, and nothing was written since.
  var isClosed = false
  var segmentBytes: Int

  var bytes: [UInt8] {
    var words = [Self.magic] + identity.words + [version, acknowledged, itemCount, snapshot]
    words += [isClosed ? 1 : 0, UInt64(segmentBytes)]
    words += (0..<4).map { chain[$0] } + (0..<4).map { snapshotDigest[$0] }
    return Block.bytes(words, count: Block.superblockBytes)
  }

  init?(bytes: [UInt8]) {
    guard bytes.count == Block.superblockBytes,
      let words = Block.words(bytes, magic: Self.magic)
    else { return nil }
    identity = LogIdentity(words[1], words[2])
    version = words[3]
    acknowledged = words[4]
    itemCount = words[5]
    snapshot = words[6]
    isClosed = words[7] == 1
    segmentBytes = Int(truncatingIfNeeded: words[8])
    chain = SIMD4(words[9], words[10], words[11], words[12])
    snapshotDigest = SIMD4(words[13], words[14], words[15], words[16])
  }

  init(identity: LogIdentity, segmentBytes: Int, chain: SIMD4<UInt64>) {
    self.identity = identity
    self.segmentBytes = segmentBytes
    self.chain = chain
  }
}

/// A note of the last acknowledged frame, written without waiting for the device: it survives the
/// death of the process, and so tells a damaged frame from a torn one.
enum Acknowledgement {
  static let name = "acknowledged"
  /// `OMNIACK1`.
  static let magic: UInt64 = 0x314B_4341_494E_4D4F
  static let slots = 2

  static func bytes(_ number: UInt64) -> [UInt8] {
    Block.bytes([magic, number], count: Block.acknowledgementBytes)
  }

  /// The frame that a slot names, or nothing when it is damaged or was never written.
  static func number(_ bytes: [UInt8]) -> UInt64? { Block.words(bytes, magic: magic)?[1] }
}

/// The first block of a segment.
struct SegmentHead: Equatable {
  /// `OMNISEG1`.
  static let magic: UInt64 = 0x3147_4553_494E_4D4F

  var identity: LogIdentity
  var number: Int
  var firstFrame: UInt64
  var firstItem: UInt64
  /// The digest of the frame before the first.
  var chain: SIMD4<UInt64>

  static func name(_ number: Int) -> String {
    let digits = String(number)
    return "segment-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".log"
  }

  /// The number that a file's name says, if it is the name of a segment.
  static func number(_ name: String) -> Int? {
    guard name.hasPrefix("segment-"), name.hasSuffix(".log"),
      let number = Int(name.dropFirst(8).dropLast(4)), number > 0, Self.name(number) == name
    else { return nil }
    return number
  }

  var bytes: [UInt8] {
    var words = [Self.magic] + identity.words + [UInt64(number), firstFrame, firstItem]
    words += (0..<4).map { chain[$0] }
    return Block.bytes(words, count: LogFrame.alignment)
  }

  init(
    identity: LogIdentity, number: Int, firstFrame: UInt64, firstItem: UInt64, chain: SIMD4<UInt64>
  ) {
    self.identity = identity
    self.number = number
    self.firstFrame = firstFrame
    self.firstItem = firstItem
    self.chain = chain
  }

  init?(bytes: [UInt8]) {
    guard bytes.count == LogFrame.alignment, let words = Block.words(bytes, magic: Self.magic)
    else { return nil }
    identity = LogIdentity(words[1], words[2])
    number = Int(truncatingIfNeeded: words[3])
    firstFrame = words[4]
    firstItem = words[5]
    chain = SIMD4(words[6], words[7], words[8], words[9])
  }
}

import OmniCrypto
import OmniEncoding
public import OmniTime

/// What stands before the body of a frame: 128 bytes, of which every one is checked.
public struct LogFrame: Sendable, Equatable {
  /// The frame's number in its file or log, from 1.
  public var number: UInt64
  /// How many items all frames before it hold.
  public var firstItem: UInt64
  /// How many items it holds.
  public var itemCount: UInt32
  /// What it holds, in the words of whoever writes the log.
  public var kind: UInt16
  /// The version of the body's layout.
  public var version: UInt16
  /// The instant that its writer gave it.
  public var time: Timestamp
  /// How many bytes the body has.
  public var bodyBytes: Int
  /// The last frame that was known to be on the device when this one was written.
  public var acknowledged: UInt64
  /// CRC-32C of the body.
  var bodyChecksum: UInt32
  /// The digest of the frame before it.
  public var previous: SIMD4<UInt64>
  /// The digest of this frame: over the previous digest, the header's first seven words, the body.
  public var digest: SIMD4<UInt64>

  static let byteCount = 128
  /// `OMNIFRM1`, its first letter the least significant byte.
  static let magic: UInt64 = 0x314D_5246_494E_4D4F
  /// Frames begin at multiples of this.
  static let alignment = 4_096

  /// How many bytes a frame with a body of `bodyBytes` takes in its file.
  static func size(bodyBytes: Int) -> Int {
    (byteCount + bodyBytes + alignment - 1) / alignment * alignment
  }

  /// How many bytes the frame takes in its file.
  var size: Int { Self.size(bodyBytes: bodyBytes) }

  /// The header in 16 words, with its own checksum.
  var words: [UInt64] {
    var words: [UInt64] = [
      Self.magic, number, firstItem,
      UInt64(itemCount) | UInt64(kind) << 32 | UInt64(version) << 48,
      UInt64(bitPattern: time.nanoseconds), UInt64(bodyBytes), acknowledged, UInt64(bodyChecksum),
    ]
    for index in 0..<4 { words.append(previous[index]) }
    for index in 0..<4 { words.append(digest[index]) }
    words[7] |= UInt64(Self.checksum(words)) << 32
    return words
  }

  private static func checksum(_ words: [UInt64]) -> UInt32 {
    CRC32C.checksum(WordArray(words).bytes)
  }

  /// Takes a header out of the words that stand in a file, or nothing if they are none.
  init?(words: [UInt64]) {
    guard words.count == 16, words[0] == Self.magic else { return nil }
    var bare = words
    bare[7] &= 0xFFFF_FFFF
    guard UInt32(words[7] >> 32) == Self.checksum(bare), words[5] <= UInt64(Int32.max) else {
      return nil
    }
    number = words[1]
    firstItem = words[2]
    itemCount = UInt32(truncatingIfNeeded: words[3])
    kind = UInt16(truncatingIfNeeded: words[3] >> 32)
    version = UInt16(truncatingIfNeeded: words[3] >> 48)
    time = Timestamp(nanoseconds: Int64(bitPattern: words[4]))
    bodyBytes = Int(words[5])
    acknowledged = words[6]
    bodyChecksum = UInt32(truncatingIfNeeded: words[7])
    previous = SIMD4(words[8], words[9], words[10], words[11])
    digest = SIMD4(words[12], words[13], words[14], words[15])
  }

  init(
    number: UInt64, firstItem: UInt64, content: FrameContent, bodyBytes: Int, acknowledged: UInt64
  ) {
    self.number = number
    self.firstItem = firstItem
    itemCount = content.itemCount
    kind = content.kind
    version = content.version
    time = content.time
    self.bodyBytes = bodyBytes
    self.acknowledged = acknowledged
    bodyChecksum = 0
    previous = SIMD4()
    digest = SIMD4()
  }

  /// What the digest of the frame has to be.
  func digest(of body: UnsafeRawBufferPointer, isChained: Bool = true) -> SIMD4<UInt64> {
    var hash = SHA256()
    if isChained {
      hash.update(WordArray([previous[0], previous[1], previous[2], previous[3]]).bytes)
    }
    hash.update(WordArray(Array(words[..<7])).bytes)
    unsafe hash.update(body)
    let found = hash.finish().words
    return SIMD4(
      found.0.byteSwapped, found.1.byteSwapped, found.2.byteSwapped, found.3.byteSwapped)
  }
}

/// What a frame is to hold, beside its body.
public struct FrameContent: Sendable, Equatable {
  /// What it holds, in the words of whoever writes the log.
  public var kind: UInt16
  /// The version of the body's layout.
  public var version: UInt16
  /// How many items it holds.
  public var itemCount: UInt32
  /// An instant, in the words of whoever writes the log.
  public var time: Timestamp

  /// Describes a frame.
  public init(kind: UInt16, version: UInt16 = 1, itemCount: UInt32, time: Timestamp) {
    self.kind = kind
    self.version = version
    self.itemCount = itemCount
    self.time = time
  }
}

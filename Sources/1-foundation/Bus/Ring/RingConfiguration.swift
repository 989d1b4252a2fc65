public import OmniTime

/// How large a ring is and how its writer waits.
public struct RingConfiguration: Sendable, Equatable {
  /// How many records there are; a power of two.
  public let capacity: Int
  /// The size of a record in bytes; a multiple of 64.
  public let recordBytes: Int
  /// How many readers there can be at once.
  public let readerCountMax: Int
  /// How long the writer waits for a reader that blocks it.
  public let writerPatience: Interval
  /// How the writer waits, and readers that are not told otherwise.
  public let waiting: BusWaitStrategy

  /// How many bytes of a record are not payload.
  public static let overheadBytes = 32

  /// Creates settings.
  ///
  /// A record holds its payload: with 256 bytes, up to 224. Who has larger payloads takes larger
  /// records, up to 65,536 bytes, and pays with memory alone: only what a payload fills is copied.
  /// A side slab for rare large payloads was left out; it would need an owner for each piece while
  /// readers may skip events, which the ring's own reuse of records does for nothing.
  ///
  /// - Parameters:
  ///   - capacity: a power of two from 8 to 16,777,216.
  ///   - recordBytes: a multiple of 64 from 64 to 65,536.
  ///   - readerCountMax: from 1 to 256.
  ///   - writerPatience: not negative.
  /// - Throws: ``BusFailure/unusable(setting:value:wanted:)``.
  public init(
    capacity: Int = 4_096, recordBytes: Int = 256, readerCountMax: Int = 32,
    writerPatience: Interval = .seconds(1), waiting: BusWaitStrategy = .adaptive
  ) throws(BusFailure) {
    guard capacity >= 8, capacity <= 1 << 24, capacity & (capacity - 1) == 0 else {
      throw .unusable(
        setting: "capacity", value: capacity, wanted: "a power of two from 8 to 16,777,216")
    }
    guard recordBytes >= 64, recordBytes <= 65_536, recordBytes % 64 == 0 else {
      throw .unusable(
        setting: "record size in bytes", value: recordBytes,
        wanted: "a multiple of 64 from 64 to 65,536")
    }
    guard (1...256).contains(readerCountMax) else {
      throw .unusable(setting: "number of readers", value: readerCountMax, wanted: "1 to 256")
    }
    guard writerPatience >= .zero else {
      throw .unusable(
        setting: "patience in nanoseconds", value: Int(writerPatience.nanoseconds),
        wanted: "0 or more")
    }
    self.capacity = capacity
    self.recordBytes = recordBytes
    self.readerCountMax = readerCountMax
    self.writerPatience = writerPatience
    self.waiting = waiting
  }

  /// The longest payload, in bytes.
  public var payloadBytesMax: Int { recordBytes - Self.overheadBytes }
}

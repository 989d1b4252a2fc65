/// How a journal is kept.
public struct JournalConfiguration: Sendable, Equatable {
  /// What a commit survives.
  public enum Durability: Sendable, Equatable {
    /// The end of the process, however it ends; the operating system writes the pages in its time.
    case process
    /// A loss of power too: each commit waits for the device.
    case power
  }

  /// What becomes of old segments.
  public enum Retention: Sendable, Equatable {
    /// They stay.
    case keepAll
    /// At most that many stay, two or more; the oldest one's file becomes the newest.
    ///
    /// For measurements, where what was written is not wanted again: its pages are in memory
    /// already, so that nothing is slower than writing to memory.
    case recycle(segments: Int)
  }

  /// The smallest segment.
  public static let segmentBytesMin = 65_536
  /// The largest segment.
  public static let segmentBytesMax = 1 << 30

  /// The size of a segment file, in bytes.
  public let segmentBytes: Int
  /// What a commit survives.
  public let durability: Durability
  /// What becomes of old segments.
  public let retention: Retention
  /// A number that no other run has; it tells the frames of different runs apart.
  public let runID: UInt64

  /// Creates settings.
  ///
  /// - Parameter segmentBytes: a multiple of 4,096 from ``segmentBytesMin`` to ``segmentBytesMax``.
  /// - Throws: `unusable` if a value is out of its limits.
  public init(
    segmentBytes: Int = 64 << 20, durability: Durability = .process,
    retention: Retention = .keepAll, runID: UInt64
  ) throws(JournalFailure) {
    guard segmentBytes >= Self.segmentBytesMin, segmentBytes <= Self.segmentBytesMax,
      segmentBytes % 4096 == 0
    else { throw .unusable(setting: "segment size in bytes", value: segmentBytes) }
    if case .recycle(let segments) = retention, segments < 2 || segments > 1_000_000 {
      throw .unusable(setting: "number of recycled segments", value: segments)
    }
    self.segmentBytes = segmentBytes
    self.durability = durability
    self.retention = retention
    self.runID = runID
  }

  /// The largest payload that fits into one record, in words.
  public var payloadWordsMax: Int {
    (segmentBytes - SegmentHeader.size - 8 - 32) / 8
  }
}

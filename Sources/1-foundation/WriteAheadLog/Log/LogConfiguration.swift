/// How a log is kept.
public struct LogConfiguration: Sendable {
  /// How many bytes a segment has: a multiple of 4,096 from 16 KiB to 1 GiB.
  public let segmentBytes: Int
  /// The mistake to make, for simulations.
  package var sabotage: LogSabotage?

  /// Describes how a log is kept.
  ///
  /// A new segment is written in full before it is used, so large ones make a small log large.
  public init(segmentBytes: Int = 32 << 20) throws(LogFailure) {
    guard (16_384...(1 << 30)).contains(segmentBytes), segmentBytes % LogFrame.alignment == 0
    else { throw .unusable(setting: "size of a segment", value: segmentBytes) }
    self.segmentBytes = segmentBytes
  }

  /// The longest body of a frame.
  var bodyBytesMax: Int { segmentBytes - LogFrame.alignment - LogFrame.byteCount }
}

public import OmniCollections
public import OmniEncoding
public import OmniModel

/// Reads a feed from a source of bytes: events, what was refused, and how good it is.
///
///     var reader = try FeedReader(source, options)
///     while try reader.next(into: &events, settingAside: { report($0) }) {
///       … use the events …
///       events.removeAll()
///     }
///     print(reader.counts, reader.quality.score)
///
/// A record that is wrong, and an event that the rules of quality set aside, is handed over with its
/// reason and counted; reading goes on. A first pass with ``clock`` gives the correction of the
/// recorder's clock for the second.
///
/// - Invariant: at most one record of `recordBytesMax` and a chunk are in memory.
/// - Complexity: O(bytes); it allocates only for refusals and while buffers grow.
public struct FeedReader<Source: ByteSource & ~Copyable>: ~Copyable {
  private var source: Source
  private var lines: FeedLines
  private var decoder: AnyFeedDecoder
  private let judges: Bool
  private let setsEventsAside: Bool

  /// The format that is read.
  public var format: FeedFormat { decoder.format }
  /// What there was so far.
  public var counts: FeedCounts { decoder.counts }
  /// How far the recorder's clock is behind, as far as the records show it; without a correction.
  public var clock: ClockCorrection { decoder.clock }
  /// How good the events are.
  public private(set) var quality: FeedQuality
  /// Records that were refused, by the fault.
  public private(set) var refused: [FeedError.Code: Int] = [:]
  /// The lines that were read.
  public var lineCount: Int { lines.line }
  /// The bytes that were read.
  public var byteCount: UInt64 { lines.bytesRead }

  /// Creates a reader at the beginning of `source`, and finds out its format unless it is given.
  ///
  /// - Throws: `FED-001` if the first line is of no format that is known, or `FED-003`.
  public init(_ source: consuming Source, _ options: FeedOptions) throws(FeedError) {
    var source = source
    var lines = FeedLines(recordBytesMax: options.limits.recordBytesMax)
    try lines.refill(from: &source)
    let format: FeedFormat
    if let given = options.format {
      format = given
    } else {
      guard let found = lines.detect() else {
        throw FeedError(.unknownFormat, line: 1, found: FeedError.Code.unknownFormat.meaning)
      }
      format = found
    }
    decoder = AnyFeedDecoder(format, options)
    let rules = options.quality ?? FeedQuality.Rules()
    quality = FeedQuality(rules, for: format)
    judges = options.quality != nil
    setsEventsAside = judges && rules.setsEventsAside
    self.source = source
    self.lines = lines
  }

  /// Appends the events of the next records, and returns false when there were none and all was read.
  ///
  /// - Throws: What is wrong with the source.
  public mutating func next(
    into events: inout GrowingBuffer<MarketEvent>, settingAside setAside: (SetAside) -> Void
  ) throws(FeedError) -> Bool {
    let first = events.count
    decodeChunk(into: &events, setAside)
    if lines.hasEnded {
      let count = events.count
      decoder.finish(into: &events)
      if judges { judge(&events, from: count, setAside) }
      return events.count > first
    }
    try lines.refill(from: &source)
    return true
  }

  /// Appends the events of the next records, and returns false when there were none and all was read.
  ///
  /// What the rules of quality set aside is left out and counted.
  ///
  /// - Throws: The first fault of a record in these bytes, or of the source.
  public mutating func next(
    into events: inout GrowingBuffer<MarketEvent>
  ) throws(FeedError) -> Bool {
    var first: FeedError?
    let goesOn = try next(into: &events) { record in
      if case .refused(let error) = record.reason, first == nil { first = error }
    }
    if let first { throw first }
    return goesOn
  }

  /// Reads the lines that are in the buffer.
  private mutating func decodeChunk(
    into events: inout GrowingBuffer<MarketEvent>, _ setAside: (SetAside) -> Void
  ) {
    // The bytes stay where they are until the refill, which comes when this copy is gone.
    let chunk = lines.buffer
    while true {
      do throws(FeedError) {
        guard let range = try lines.next() else { break }
        let count = events.count
        let record = chunk.span.extracting(range)
        try decoder.decode(record, line: lines.line, into: &events)
        if judges { judge(&events, from: count, setAside) }
      } catch {
        refused[error.code, default: 0] += 1
        setAside(SetAside(line: lines.line, reason: .refused(error)))
      }
    }
  }

  private mutating func judge(
    _ events: inout GrowingBuffer<MarketEvent>, from start: Int, _ setAside: (SetAside) -> Void
  ) {
    var kept = start
    for index in start..<events.count {
      let event = events[index]
      if let fault = quality.judge(event), setsEventsAside, fault.isOfOneEvent {
        setAside(SetAside(line: lines.line, reason: .event(event, fault)))
      } else {
        if kept != index { events[kept] = event }
        kept += 1
      }
    }
    events.removeAll(from: kept)
  }
}

/// What was not taken, and why.
public struct SetAside: Sendable {
  /// Why it was not taken.
  public enum Reason: Sendable {
    /// The record is wrong.
    case refused(FeedError)
    /// The record is right, and its event is not to be trusted.
    case event(MarketEvent, FeedQuality.Fault)
  }

  /// The line on which the record stands, from 1.
  public let line: Int
  /// Why.
  public let reason: Reason
}

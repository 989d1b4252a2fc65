import OmniPlatform

/// Reads a log from one event on, in order, also while events are being added.
///
/// It sees what was flushed. At the end it gives nothing, and may be asked again later.
///
/// - Complexity: it reads forward in pieces of 256 KiB; to begin in the middle of a segment it reads
///   the part of the segment before.
public struct EventLogCursor: ~Copyable {
  private let log: EventLog
  private var file: File?
  private var view: EventLog.View?
  /// Where in the file the buffer begins, and how far into the buffer it has read.
  private var bufferOffset = 0
  private var used = 0
  private var buffer: [UInt8] = []
  /// The number of the next event.
  public private(set) var next: UInt64

  private static let chunkBytes = 1 << 18

  init(_ log: EventLog, from sequence: UInt64) {
    self.log = log
    next = sequence
  }

  /// The next event, or nil if it has not been written yet.
  ///
  /// - Throws: `outOfReach` when it was removed meanwhile; `corrupt`, `gap`, `file`.
  public mutating func nextEvent() throws(EventLogFailure) -> BusEvent? {
    var found: BusEvent?
    try poll(limit: 1) { header, payload in
      let bytes = unsafe payload.withUnsafeBytes { buffer in unsafe Array(buffer) }
      found = BusEvent(header, payload: bytes)
    }
    return found
  }

  /// Hands at most `limit` events to `body`.
  ///
  /// - Returns: how many; 0 at the end.
  /// - Throws: as ``nextEvent()``; what was handed over before counts.
  @discardableResult
  public mutating func poll(
    limit: Int, _ body: (BusHeader, RawSpan) -> Void
  ) throws(EventLogFailure) -> Int {
    precondition(limit > 0, "a limit above zero")
    var count = 0
    while count < limit {
      guard let view = try currentView() else { break }
      let wanted = next
      let (header, payloadBytes) = try decode(view, body, from: wanted)
      used += EventEnvelope.headerBytes + payloadBytes
      // Those before the first one wanted are passed by.
      guard header.sequence == wanted else { continue }
      next += 1
      count += 1
    }
    return count
  }

  /// Where the next event stands, with its file open; nil at the end.
  private mutating func currentView() throws(EventLogFailure) -> EventLog.View? {
    if let view, next < view.segmentEnd { return view }
    guard let fresh = try log.view(next) else { return nil }
    if fresh.segment.first != view?.segment.first {
      do throws(FileError) {
        file = try File(log.path + "/" + fresh.segment.name, .read)
      } catch {
        view = nil
        // It may have been removed between the two steps; then this says so.
        _ = try log.view(next)
        throw .file(error)
      }
      bufferOffset = LogSegment.headerBytes
      used = 0
      buffer.removeAll(keepingCapacity: true)
    }
    view = fresh
    return fresh
  }

  /// Decodes the event at the present place, and hands it over if it is the one wanted.
  private mutating func decode(
    _ view: EventLog.View, _ body: (BusHeader, RawSpan) -> Void, from wanted: UInt64
  ) throws(EventLogFailure) -> (BusHeader, Int) {
    let place = bufferOffset + used
    try fill(view, EventEnvelope.headerBytes)
    let length = try checked(view, place) { rest throws(EnvelopeFailure) in
      try EventEnvelope.decodeHeader(rest).payloadBytes
    }
    let total = EventEnvelope.headerBytes + length
    try fill(view, total)
    let header = try checked(view, place) { rest throws(EnvelopeFailure) in
      let header = try EventEnvelope.decodeHeader(rest).header
      try EventEnvelope.checkPayload(rest, length)
      guard header.sequence <= wanted else {
        throw .senseless(field: "sequence number", value: header.sequence)
      }
      if header.sequence == wanted {
        body(header, rest.extracting(EventEnvelope.headerBytes..<total))
      }
      return header
    }
    return (header, length)
  }

  /// What `body` makes of the bytes that were read and not used, or where they are damaged.
  private func checked<Value>(
    _ view: EventLog.View, _ place: Int, _ body: (RawSpan) throws(EnvelopeFailure) -> Value
  ) throws(EventLogFailure) -> Value {
    do throws(EnvelopeFailure) {
      return try body(unsafe buffer.span.bytes.extracting(used..<buffer.count))
    } catch {
      throw .corrupt(segment: view.segment.name, offset: place, reason: error)
    }
  }

  /// Reads on until `count` bytes are there that were not used, or the segment's events end.
  private mutating func fill(
    _ view: EventLog.View, _ count: Int
  ) throws(EventLogFailure) {
    guard buffer.count - used < count else { return }
    bufferOffset += used
    buffer.removeFirst(used)
    used = 0
    let offset = bufferOffset + buffer.count
    let wanted = min(max(Self.chunkBytes, count) - buffer.count, view.segment.bytes - offset)
    guard wanted > 0 else { return }
    do throws(FileError) {
      if let more = try file?.bytes(at: offset, count: wanted) { buffer += more }
    } catch {
      throw .file(error)
    }
  }
}

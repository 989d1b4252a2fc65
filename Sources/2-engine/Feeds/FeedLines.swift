import OmniEncoding

/// Cuts what a source gives into lines, in one buffer that grows to the longest line at most.
struct FeedLines {
  private let recordBytesMax: Int
  /// The bytes in which ``next()`` says where a line stands, until the next ``refill(from:)``.
  private(set) var buffer: [UInt8]
  private var start = 0
  private var end = 0
  /// Up to where no line feed was found.
  private var scanned = 0
  private var bytesBefore: UInt64 = 0
  private var sourceHasEnded = false
  /// Whether the rest of a line that is too long is being passed over.
  private var isSkipping = false
  /// The line that was given last, from 1.
  private(set) var line = 0

  init(recordBytesMax: Int) {
    self.recordBytesMax = recordBytesMax
    buffer = Array(repeating: 0, count: min(1 << 18, recordBytesMax + 1))
  }

  /// Whether all lines were given.
  var hasEnded: Bool { sourceHasEnded && start == end }

  /// How many bytes were used up.
  var bytesRead: UInt64 { bytesBefore + UInt64(start) }

  /// The format by the first line.
  func detect() -> FeedFormat? { FeedFormat.detect(buffer.span.extracting(start..<end)) }

  /// Where the next line stands that is not empty, without its end; nil if more bytes are needed.
  mutating func next() throws(FeedError) -> Range<Int>? {
    while true {
      let feed = nextFeed()
      if feed == nil, !sourceHasEnded || start == end { return try checkLength() }
      let from = start
      var to = feed ?? end
      start = feed.map { $0 + 1 } ?? end
      scanned = start
      if isSkipping {
        isSkipping = false
        continue
      }
      line += 1
      if to > from, buffer[to - 1] == 0x0D { to -= 1 }
      guard to - from <= recordBytesMax else { throw tooLong() }
      if to > from { return from..<to }
    }
  }

  private mutating func nextFeed() -> Int? {
    scanned = feed(from: scanned)
    return scanned < end ? scanned : nil
  }

  private func feed(from start: Int) -> Int {
    let bytes = buffer.span
    var at = start
    while at < end, bytes[at] != 0x0A { at += 1 }
    return at
  }

  /// Refuses a line of which more than the limit is there, once; the rest of it is passed over.
  private mutating func checkLength() throws(FeedError) -> Range<Int>? {
    guard end - start > recordBytesMax || isSkipping else { return nil }
    start = end
    scanned = end
    if isSkipping { return nil }
    isSkipping = true
    line += 1
    throw tooLong()
  }

  private func tooLong() -> FeedError {
    FeedError(.recordTooLong, line: line, found: "more than \(recordBytesMax) bytes")
  }

  /// Moves what is left to the front of the buffer, and fills the rest from `source`.
  mutating func refill(from source: inout some ByteSource & ~Copyable) throws(FeedError) {
    if sourceHasEnded { return }
    if start > 0 {
      for index in start..<end { buffer[index - start] = buffer[index] }
      bytesBefore += UInt64(start)
      end -= start
      scanned -= start
      start = 0
    }
    if end == buffer.count {
      let larger = min(buffer.count * 2, recordBytesMax + 1)
      buffer.append(contentsOf: repeatElement(0, count: max(0, larger - buffer.count)))
    }
    while end < buffer.count {
      do throws(ByteSourceFailure) {
        let count = try source.read(into: &buffer, from: end)
        precondition(count >= 0 && count <= buffer.count - end, "a source stays in its bounds")
        if count == 0 {
          sourceHasEnded = true
          return
        }
        end += count
      } catch {
        throw FeedError(.source, line: line + 1, found: error.description)
      }
    }
  }
}

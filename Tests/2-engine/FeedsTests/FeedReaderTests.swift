import OmniCollections
import OmniEncoding
import OmniFeeds
import OmniModel
import OmniMoney
import OmniTestKit
import Testing

@Suite("FeedReader")
struct FeedReaderTests {
  private static let header = "symbol,ts_ms,price,size\n"

  /// What a reader made of a text: events, and the lines and codes of what it refused.
  private func read(
    _ text: String, chunk: Int = .max, longest: Int = 64
  ) throws -> (events: [MarketEvent], refused: [(line: Int, code: FeedError.Code)]) {
    var options = FeedOptions(
      instrument: FeedRecords.instrument, grid: try FeedRecords.grid("1", "1"))
    options.limits = FeedLimits(recordBytesMax: longest)
    var reader = try FeedReader(ByteArraySource(Array(text.utf8), chunkBytes: chunk), options)
    var events = GrowingBuffer<MarketEvent>()
    var refused: [(Int, FeedError.Code)] = []
    while try reader.next(
      into: &events,
      settingAside: { record in
        if case .refused(let error) = record.reason { refused.append((record.line, error.code)) }
      })
    {}
    #expect(reader.byteCount == text.utf8.count)
    #expect(reader.refused.values.reduce(0, +) == refused.count)
    return (FeedRecords.array(events), refused)
  }

  @Test func `lines end as they will, and empty ones say nothing`() throws {
    for text in ["X,1,5,6\nX,2,7,8", "X,1,5,6\r\nX,2,7,8\r\n", "\n\nX,1,5,6\n\r\nX,2,7,8\n\n"] {
      for chunk in [1, 3, 1_000] {
        let (events, refused) = try read(Self.header + text, chunk: chunk)
        #expect(events.map(\.price.ticks) == [5, 7] && refused.isEmpty, "\(text)")
      }
    }
  }

  @Test func `a record that is too long is refused once, and reading goes on behind it`() throws {
    for length in [65, 66, 127, 128, 129, 1_000, 100_000] {
      for chunk in [1, 50, 64, 100_000_000] where chunk > 1 || length < 2_000 {
        let long = String(repeating: "9", count: length)
        let (events, refused) = try read(
          Self.header + "X,1,5,6\n\(long)\nX,2,7,8\nX,oops,7,8\nX,3,9,8\n", chunk: chunk)
        #expect(events.map(\.price.ticks) == [5, 7, 9], "\(length), \(chunk)")
        #expect(refused.map(\.line) == [3, 5], "\(length), \(chunk)")
        #expect(refused.map(\.code) == [.recordTooLong, .malformedNumber], "\(length), \(chunk)")
      }
    }
  }

  @Test func `a text of no format that is known is refused at once`() throws {
    for text in ["", "\n", "hello", "a,b,c\n1,2,3\n", "{\"x\":1}\n", "1,2,3\n", "12 [1]\n"] {
      #expect(throws: FeedError.self, "\(text)") { try read(text) }
    }
  }

  @Test func `a source that fails is an error of the source`() throws {
    let options = FeedOptions(
      instrument: FeedRecords.instrument, grid: try FeedRecords.grid("1", "1"))
    var reader = try FeedReader(FailingSource(), options)
    var events = GrowingBuffer<MarketEvent>()
    var code: FeedError.Code?
    do throws(FeedError) {
      while try reader.next(into: &events) {}
    } catch { code = error.code }
    #expect(code == .source && events.count == 1)
  }

  /// Gives a row, and at the second call more than fits into a buffer nothing but a failure.
  private struct FailingSource: ByteSource {
    private var calls = 0

    mutating func read(
      into buffer: inout [UInt8], from start: Int
    ) throws(ByteSourceFailure) -> Int {
      calls += 1
      if calls > 1 { throw .truncated("cut off") }
      let bytes = Array((FeedReaderTests.header + "X,1,5,6\n").utf8)
      let fill = Array(repeating: UInt8(0x0A), count: buffer.count - start - bytes.count)
      buffer.replaceSubrange(start..., with: bytes + fill)
      return buffer.count - start
    }
  }
}

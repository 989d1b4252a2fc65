import OmniCollections
import OmniDataProviders
import OmniFeeds
import OmniMarketColumns
import OmniMarketStore
import OmniModel
import OmniTime

/// The events of a recorded feed, for a store that takes them in.
struct FeedRows: MarketRowSource, ~Copyable {
  private var reader: FeedReader<FileByteSource>
  private var events = GrowingBuffer<MarketEvent>(capacity: 8_192)
  /// What the first record that was left out says.
  private(set) var firstSetAside: String?
  private(set) var setAsideCount = 0

  /// Begins to read `file`.
  init(_ file: String, _ options: FeedOptions) throws {
    let source = try Problem.wrapping { try FileByteSource(file) }
    do {
      reader = try FeedReader(source, options)
    } catch {
      throw Problem(error)
    }
  }

  /// How good the events were, in millionths.
  var score: Int { reader.quality.score }

  /// How far the recorder's clock is behind in `file`, by a pass over all of it.
  static func clockOffset(_ file: String, _ options: FeedOptions) throws -> Interval {
    var options = options
    options.quality = nil
    var rows = try FeedRows(file, options)
    do {
      while try rows.reader.next(into: &rows.events, settingAside: { _ in }) {
        rows.events.removeAll(from: 0)
      }
    } catch {
      throw Problem(error)
    }
    return rows.reader.clock.offset
  }

  mutating func read(into rows: inout [MarketEvent]) throws(MarketStoreFailure) {
    while events.isEmpty {
      var first: String?
      var count = 0
      let goesOn: Bool
      do {
        goesOn = try reader.next(into: &events) { record in
          count += 1
          guard first == nil else { return }
          switch record.reason {
          case .refused(let error): first = "\(error)"
          case .event(_, let fault): first = "line \(record.line): \(fault.meaning)"
          }
        }
      } catch {
        throw .source("\(error)")
      }
      setAsideCount += count
      firstSetAside = firstSetAside ?? first
      if !goesOn { break }
    }
    for index in 0..<events.count { rows.append(events[index]) }
    events.removeAll(from: 0)
  }
}

extension Problem {
  fileprivate init(_ error: FeedError) {
    self.init(describing: error, code: error.code.rawValue)
  }
}

import OmniCollections
import OmniFeeds
import OmniTestKit
import Testing

@Suite("DepthSequence")
struct DepthSequenceTests {
  typealias Numbers = DepthSequence.Numbers

  // MARK: The whole table

  /// Around what is known, 10: every update of up to four numbers, in both forms.
  @Test func `every update around what is known has the verdict of the venue's rule`() {
    for first in 5...16 as ClosedRange<Int64> {
      for last in first...first + 3 {
        for previous in [nil] + Array(first - 4..<first).map(Optional.some) {
          let numbers = Numbers(first: first, last: last, previous: previous)
          let name = "\(first) to \(last) after \(String(describing: previous))"
          let base = previous ?? first - 1

          var waiting = DepthSequence()
          let verdictwaiting = verdict(&waiting, numbers)
          #expect(verdictwaiting == .hold && waiting.state == .waiting, "\(name)")

          var aligned = DepthSequence()
          let isAligned = aligned.takeSnapshot(10, held: nil)
          #expect(isAligned)
          let afterSnapshot: DepthSequence.Verdict =
            last <= 10 ? .stale : base <= 10 ? .apply : .gap
          let verdictaligned = verdict(&aligned, numbers)
          #expect(verdictaligned == afterSnapshot, "aligned: \(name)")

          var live = DepthSequence()
          _ = live.takeSnapshot(9, held: nil)
          _ = live.update(Numbers(first: 10, last: 10))
          let next: DepthSequence.Verdict = last <= 10 ? .doubled : base == 10 ? .apply : .gap
          let verdictlive = verdict(&live, numbers)
          #expect(verdictlive == next, "live: \(name)")
          #expect(live.isWhole == (next != .gap))
          if next == .gap {
            #expect(live.state == .broken(10))
            let verdictlive = verdict(&live, numbers)
            #expect(verdictlive == .hold)
          }
        }
      }
    }
  }

  @Test func `a snapshot is taken if it reaches back to what is held and tells something new`() {
    var sequence = DepthSequence()
    func take(_ number: Int64, held: Numbers? = nil) -> Bool {
      sequence.takeSnapshot(number, held: held)
    }
    func update(_ first: Int64, _ last: Int64) -> DepthSequence.Verdict {
      sequence.update(Numbers(first: first, last: last))
    }

    #expect(!take(10, held: Numbers(first: 12, last: 14)))
    #expect(take(11, held: Numbers(first: 12, last: 14)))
    #expect(!take(10))
    #expect(update(12, 14) == .apply)
    #expect(!take(13))
    #expect(take(14))
    #expect(update(17, 18) == .gap)
    #expect(!take(13))
    #expect(take(20))
    #expect(sequence.state == .aligned(20))
  }

  // MARK: Faults on the way

  /// A book that changes, told by a venue, through a line that loses, doubles, reorders and damages.
  ///
  /// Whenever the decoder says that its book is whole, the book is one that the venue had, and behind
  /// each snapshot it is whole again.
  @Test func `behind faults of the line the book is the venue's or suspect`() throws {
    for seed in UInt64(0)..<60 {
      var random = SeededRandom(seed: seed)
      let isChained = seed % 2 == 0
      var venue = VenueBook(isChained: isChained)
      var feed = try BinanceDecoderTests.Feed()
      var book = NaiveLevels()
      var read = 0
      var late: [String] = []
      var healed = 0
      for step in 0..<400 {
        venue.change(&random)
        var records = [venue.update()]
        if step % 50 == 7 { records.append(venue.snapshot()) }
        for record in records {
          let isSnapshot = record.contains("lastUpdateId")
          var line = record
          switch random.below(40) {
          case 0 where !isSnapshot: continue
          case 1: late.append(record)
          case 2 where !isSnapshot:
            late.append(record)
            continue
          case 3 where !isSnapshot: line = damaged(line, &random)
          default: break
          }
          _ = feed.refusal(line)
          if random.below(3) == 0, let old = late.popLast() { _ = feed.refusal(old) }
          while read < feed.buffer.count {
            book.apply(feed.buffer[read])
            read += 1
          }
          if isSnapshot, feed.sequence.isWhole { healed += 1 }
        }
        if case .live(let number) = feed.sequence.state, let truth = venue.history[number] {
          let isTrue = book.bids == truth.bids && book.asks == truth.asks
          #expect(isTrue, "seed \(seed), step \(step)")
        }
        #expect(book.isSuspect == !feed.sequence.isWhole || feed.counts.snapshots == 0)
      }
      #expect(feed.counts.gaps > 0 && healed > 3, "seed \(seed)")
      #expect(feed.counts.doubledUpdates + feed.counts.staleUpdates > 0, "seed \(seed)")
    }
  }
}

private func verdict(
  _ sequence: inout DepthSequence, _ numbers: DepthSequence.Numbers
) -> DepthSequence.Verdict {
  sequence.update(numbers)
}

/// A line that was cut, or in which a byte was flipped.
///
/// A digit that became another digit cannot be seen by anybody, since the venue sends no checksum; so
/// the highest bit is flipped, as in a byte that is no ASCII.
private func damaged(_ line: String, _ random: inout SeededRandom) -> String {
  var bytes = Array(line.utf8)
  let place = Int(random.below(UInt64(bytes.count)))
  if random.below(2) == 0 { return String(line.prefix(place)) }
  bytes[place] ^= 0x80
  return String(decoding: bytes, as: UTF8.self)
}

/// What a venue knows of its book.
struct VenueBook {
  struct State {
    var bids: [Int64: Int64]
    var asks: [Int64: Int64]
  }

  let isChained: Bool
  var bids: [Int64: Int64] = [:]
  var asks: [Int64: Int64] = [:]
  var history: [Int64: State] = [:]
  private var number: Int64 = 100
  private var previous: Int64 = 100
  private var first: Int64 = 101
  private var changes: [(isAsk: Bool, price: Int64, size: Int64)] = []

  init(isChained: Bool) { self.isChained = isChained }

  mutating func change(_ random: inout SeededRandom) {
    previous = number
    changes = []
    // Numbers of a chained venue are shared with other instruments, so some are missing.
    first = number + (isChained ? 1 + Int64(random.below(5)) : 1)
    number = first + Int64(random.below(6))
    for _ in 0...random.below(4) {
      let isAsk = random.below(2) == 0
      let price = isAsk ? 1_000 + Int64(random.below(20)) : 980 + Int64(random.below(20))
      let size = Int64(random.below(4)) * 7
      changes.removeAll { $0.isAsk == isAsk && $0.price == price }
      changes.append((isAsk, price, size))
      if isAsk {
        asks[price] = size == 0 ? nil : size
      } else {
        bids[price] = size == 0 ? nil : size
      }
    }
    history[number] = State(bids: bids, asks: asks)
  }

  private func text(_ levels: [(Int64, Int64)]) -> String {
    func tenths(_ value: Int64) -> String { "\(value / 10).\(value % 10)" }
    return "["
      + levels.map { "[\"\(tenths($0.0))\",\"\(tenths($0.1))\"]" }.joined(separator: ",") + "]"
  }

  func update() -> String {
    let pu = isChained ? ",\"pu\":\(previous)" : ""
    return "2000000 {\"e\":\"depthUpdate\",\"E\":1,\"s\":\"X\",\"U\":\(first),\"u\":\(number)\(pu),"
      + "\"b\":" + text(changes.filter { !$0.isAsk }.map { ($0.price, $0.size) })
      + ",\"a\":" + text(changes.filter(\.isAsk).map { ($0.price, $0.size) }) + "}"
  }

  func snapshot() -> String {
    "3000000 {\"lastUpdateId\":\(number),\"bids\":" + text(bids.map { ($0.key, $0.value) })
      + ",\"asks\":" + text(asks.map { ($0.key, $0.value) }) + "}"
  }
}

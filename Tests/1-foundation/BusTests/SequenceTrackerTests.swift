import OmniBus
import OmniTestKit
import Testing

@Suite("SequenceTracker")
struct SequenceTrackerTests {
  @Test func `what is in order is delivered, what comes again is not`() throws {
    var tracker = SequenceTracker()
    for number in UInt64(1)...5 { #expect(try tracker.take(number, from: 1) == .deliver) }
    for number in UInt64(0)...5 { #expect(try tracker.take(number, from: 1) == .duplicate) }
    #expect(tracker.contiguous(1) == 5)
    #expect(tracker.missing(1).isEmpty)
    #expect(try tracker.take(1, from: 2) == .deliver)
  }

  @Test func `a gap is told once, and filled from any side`() throws {
    var tracker = SequenceTracker()
    #expect(try tracker.take(5, from: 1) == .gap(1...4))
    #expect(try tracker.take(6, from: 1) == .deliver)
    #expect(try tracker.take(10, from: 1) == .gap(7...9))
    #expect(tracker.missing(1) == [1...4, 7...9])
    #expect(try tracker.take(8, from: 1) == .deliver)
    #expect(tracker.missing(1) == [1...4, 7...7, 9...9])
    for number: UInt64 in [9, 7, 2, 1, 4, 3] {
      #expect(try tracker.take(number, from: 1) == .deliver)
      #expect(try tracker.take(number, from: 1) == .duplicate)
    }
    #expect(tracker.contiguous(1) == 10)
  }

  @Test func `memory has its bounds, and what is refused changes nothing`() throws {
    var tracker = SequenceTracker(islandCountMax: 2, sourceCountMax: 1)
    #expect(try tracker.take(3, from: 1) == .gap(1...2))
    #expect(try tracker.take(7, from: 1) == .gap(4...6))
    let before = tracker
    #expect(throws: SequenceTracker.Failure.tooScattered(source: 1, sequence: 9, limit: 2)) {
      try tracker.take(9, from: 1)
    }
    #expect(throws: SequenceTracker.Failure.tooScattered(source: 1, sequence: 5, limit: 2)) {
      try tracker.take(5, from: 1)
    }
    #expect(throws: SequenceTracker.Failure.tooManySources(source: 2, limit: 1)) {
      try tracker.take(1, from: 2)
    }
    #expect(tracker == before)
    #expect(try tracker.take(8, from: 1) == .deliver)
    #expect(try tracker.take(1, from: 1) == .deliver)
    #expect(SequenceTracker.Failure.tooManySources(source: 2, limit: 1).code == "BUS-037")
    #expect(
      SequenceTracker.Failure.tooScattered(source: 2, sequence: 1, limit: 1).description
        .hasPrefix("BUS-036: "))
  }

  @Test func `a restart goes on where it is told`() throws {
    var tracker = SequenceTracker()
    try tracker.resume(1, after: 100)
    #expect(try tracker.take(100, from: 1) == .duplicate)
    #expect(try tracker.take(101, from: 1) == .deliver)
    try tracker.resume(1, after: .max - 2)
    #expect(try tracker.take(.max, from: 1) == .gap(.max - 1 ... .max - 1))
    #expect(try tracker.take(.max, from: 1) == .duplicate)
    #expect(tracker.missing(1) == [.max - 1 ... .max - 1])
    #expect(try tracker.take(.max - 1, from: 1) == .deliver)
    #expect(tracker.contiguous(1) == .max)
    #expect(try tracker.take(.max, from: 1) == .duplicate)
  }

  // MARK: Model

  @Test func `it agrees with a set of all that came, for any order`() throws {
    for seed in UInt64(0)..<400 {
      var random = SeededRandom(seed: seed)
      var tracker = SequenceTracker(islandCountMax: Int(random.below(30)) + 1)
      var model: [UInt64: Set<UInt64>] = [:]
      var told: [UInt64: Set<UInt64>] = [:]
      for _ in 0..<300 {
        let source = random.below(3)
        let number = random.below(60)
        let seen = model[source, default: []]
        do {
          let verdict = try tracker.take(number, from: source)
          let isNew = number > 0 && !seen.contains(number)
          #expect((verdict != .duplicate) == isNew, "seed \(seed)")
          if case .gap(let missing) = verdict {
            let wanted = (seen.max() ?? 0) + 1
            #expect(missing == wanted...number - 1, "seed \(seed)")
            told[source, default: []].formUnion(missing)
          } else if isNew, number > (seen.max() ?? 0) {
            #expect(number == (seen.max() ?? 0) + 1, "seed \(seed): a gap was not told")
          }
          if isNew { model[source, default: []].insert(number) }
        } catch SequenceTracker.Failure.tooScattered {
          #expect(tracker.missing(source).count == tracker.islandCountMax, "seed \(seed)")
          #expect(!seen.contains(number), "seed \(seed)")
        }
        let all = model[source, default: []]
        let newest = all.max() ?? 0
        let missing = Set((1...max(1, newest)).filter { $0 <= newest && !all.contains($0) })
        #expect(Set(tracker.missing(source).flatMap { Array($0) }) == missing, "seed \(seed)")
        #expect(missing.isSubset(of: told[source, default: []]), "seed \(seed): untold")
        let through = missing.min().map { $0 - 1 } ?? newest
        #expect(tracker.contiguous(source) == through, "seed \(seed)")
      }
    }
  }

  @Test func `with asking again, none is lost and none doubled on a bad way`() throws {
    for seed in UInt64(0)..<100 {
      var random = SeededRandom(seed: seed)
      var tracker = SequenceTracker(islandCountMax: 16)
      var delivered: [UInt64: Int] = [:]
      // A way that loses a fifth, repeats a fifth, and reorders what is near.
      var way = (UInt64(1)...500).flatMap { number in
        switch random.below(5) {
        case 0: [UInt64]()
        case 1: [number, number]
        default: [number]
        }
      }
      for index in way.indices {
        way.swapAt(index, min(way.count - 1, index + Int(random.below(6))))
      }
      way.append(500)
      while let number = way.first {
        way.removeFirst()
        do {
          switch try tracker.take(number, from: 1) {
          case .deliver: delivered[number, default: 0] += 1
          case .duplicate: break
          case .gap(let missing):
            delivered[number, default: 0] += 1
            way += missing
          }
        } catch {
          way += tracker.missing(1).flatMap { Array($0) } + [number]
        }
      }
      #expect(delivered.count == 500, "seed \(seed): lost")
      #expect(delivered.values.allSatisfy { $0 == 1 }, "seed \(seed): doubled")
      #expect(tracker.contiguous(1) == 500, "seed \(seed)")
    }
  }
}

import OmniRuntime
import OmniTime
import OmniTestKit
import Testing

@Suite("TimeMerge")
struct TimeMergeTests {
  @Test func `elements come by time, and at one instant by series`() {
    let order = merged([[1, 4, 4], [2, 4], [], [1, 9]])

    #expect(
      order == [
        Element(1, of: 0), Element(1, of: 3), Element(2, of: 1), Element(4, of: 0),
        Element(4, of: 0), Element(4, of: 1), Element(9, of: 3),
      ])
  }

  @Test func `no series, and series without elements, have nothing next`() {
    #expect(TimeMerge([]).next == nil)
    #expect(TimeMerge([nil, nil]).next == nil)
  }

  @Test func `a series that ends makes room for the others`() {
    var merge = TimeMerge([Timestamp(nanoseconds: 5), nil, Timestamp(nanoseconds: 3)])
    #expect(merge.next == 2)
    merge.advance(to: nil)
    #expect(merge.next == 0)
    merge.advance(to: nil)
    #expect(merge.next == nil)
  }

  @Test func `times at both ends of the range are merged like any other`() {
    #expect(
      merged([[.max], [.min, .max], [0]])
        == [
          Element(.min, of: 1), Element(0, of: 2), Element(.max, of: 0), Element(.max, of: 1),
        ])
  }

  // MARK: Model

  @Test func `a merge agrees with a sort of everything`() {
    for seed in UInt64(0)..<300 {
      var random = SeededRandom(seed: seed)
      let series = (0..<random.below(12)).map { _ in
        (0..<random.below(20)).map { _ in Int64(random.below(30)) - 15 }.sorted()
      }

      let all = series.enumerated().flatMap { index, times in
        times.map { Element($0, of: index) }
      }
      let sorted = all.sorted { ($0.time, $0.series) < ($1.time, $1.series) }
      #expect(merged(series) == sorted, "seed \(seed)")
    }
  }
}

// MARK: - Words for the tests

private struct Element: Equatable {
  var time: Int64
  var series: Int

  init(_ time: Int64, of series: Int) {
    self.time = time
    self.series = series
  }
}

/// Draws every element of the series through a merge.
private func merged(_ series: [[Int64]]) -> [Element] {
  var places = Array(repeating: 0, count: series.count)
  var merge = TimeMerge(series.map { $0.first.map { Timestamp(nanoseconds: $0) } })
  var order: [Element] = []
  while let next = merge.next {
    order.append(Element(series[next][places[next]], of: next))
    places[next] += 1
    let rest = series[next].dropFirst(places[next])
    merge.advance(to: rest.first.map { Timestamp(nanoseconds: $0) })
  }
  return order
}

import OmniModel
import OmniMoney
import OmniTickVenue
import OmniTime
import Testing

/// When the reports of orders that arrive at these milliseconds are heard, as nanoseconds later.
private func responses(_ model: LatencyModel, _ arrivals: [Int64]) -> [Int64] {
  var venue = Ticks.venue { $0.latency = model }
  for (index, arrival) in arrivals.enumerated() {
    venue.receive(
      .submit(Ticks.buy(UInt64(index + 1), 1, at: 90)), at: Ticks.at(arrival))
  }
  var delays: [Int64] = []
  while let report = venue.takeReport(until: .distantFuture) {
    delays.append((report.receivedAt - report.occurredAt).nanoseconds)
  }
  return delays
}

@Suite struct LatencyModelTests {
  @Test func `a constant latency is always the same`() {
    let delays = responses(
      .constant(order: .milliseconds(3), response: .milliseconds(5)), [10, 20, 900])
    #expect(delays == [5_000_000, 5_000_000, 5_000_000])
  }

  @Test func `a jittered latency is drawn from its seed, within its bounds`() {
    func model(_ seed: UInt64) -> LatencyModel {
      .jittered(
        order: .milliseconds(1), response: .milliseconds(5), spread: .milliseconds(2), seed: seed)
    }
    // Far enough apart that none waits for another.
    let arrivals = (1...200).map { Int64($0) * 10 }

    let delays = responses(model(7), arrivals)
    let again = responses(model(7), arrivals)
    let other = responses(model(8), arrivals)

    #expect(delays == again)
    #expect(delays != other)
    #expect(delays.allSatisfy { (5_000_000...7_000_000).contains($0) })
    #expect(Set(delays).count > 150)
  }

  @Test func `a recorded latency lies on a line between its neighbours`() {
    let table = LatencyTable([
      .init(at: Ticks.at(100), order: .zero, response: .milliseconds(4)),
      .init(at: Ticks.at(200), order: .zero, response: .milliseconds(8)),
      .init(at: Ticks.at(203), order: .zero, response: .milliseconds(7)),
    ])
    guard let table else {
      Issue.record("a table that is refused")
      return
    }

    let delays = responses(.recorded(table), [50, 100, 125, 200, 201, 300])

    // At 201 a third of the way from 8 down to 7 ms: 8 − 1/3, rounded up by the cut of the step.
    #expect(
      delays == [4_000_000, 4_000_000, 5_000_000, 8_000_000, 7_666_667, 7_000_000])
  }

  @Test func `a table that is empty, falls back or is negative is refused`() {
    let row = LatencyTable.Row(at: Ticks.at(1), order: .zero, response: .zero)
    let late = LatencyTable.Row(
      at: Ticks.at(2), order: Interval(nanoseconds: -1), response: .zero)

    #expect(LatencyTable([]) == nil)
    #expect(LatencyTable([row, row]) == nil)
    #expect(LatencyTable([late]) == nil)
    #expect(LatencyTable([row]) != nil)
  }
}

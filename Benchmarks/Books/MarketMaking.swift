import OmniCollections
import OmniModel
import OmniMoney
import OmniRisk
import OmniTickVenue
import OmniTime

/// A market maker that quotes anew every 100 ms, over a recording: queues, latency, limits, accounts.
///
/// As the peer's: 0.01 at the best bid and ask, orders that only rest, up to a position of 1; 10 ms to
/// the venue and back, the queue that trades alone shorten, whole fills, no fees.
public struct MarketMaking: ~Copyable {
  /// How many times it is run; the best counts.
  public static let runCount = 9

  private let ticks: RecordedTicks

  /// Reads the recording.
  public init(path: String) throws(BenchmarkFailure) {
    ticks = try RecordedTicks(path: path)
  }

  /// Runs several times; each time the same must be held, and the venue and the desk must agree.
  public func figures() throws(BenchmarkFailure) -> [Figure] {
    var best: Measurement?
    var account: TickAccount?
    var steps = 0
    do {
      for _ in 0..<Self.runCount {
        var simulation = try simulation()
        let run = try Measurement.of {
          steps = try simulation.run(ticks.tape, every: .milliseconds(100), from: ticks.start)
        }
        let booked = simulation.replay.venue.account(StrategyID(0))
        guard booked == simulation.replay.desk.account, account == nil || account == booked else {
          throw BenchmarkFailure.wrongResult("\(booked); wanted the account of the other side")
        }
        account = booked
        if run.nanoseconds < best?.nanoseconds ?? .max { best = run }
      }
    } catch let failure as BenchmarkFailure {
      throw failure
    } catch {
      throw .failed("\(error)")
    }
    guard let best, let account else { throw .failed("no run") }
    return [
      Figure("events_per_cpu_s", best.perSecond(ticks.tape.count), "events a second of one core"),
      Figure("events", Double(ticks.tape.count), "levels and trades in the recording"),
      Figure("fills", Double(account.fillCount), "orders filled"),
      Figure("position_lots", Double(account.position.lots), "lots held at the end"),
      Figure("steps", Double(steps), "steps of 100 ms"),
      Figure("allocations", Double(best.allocations), "requests to the allocator in a run"),
    ]
  }

  private func simulation() throws -> TickSimulation<QuoteAtBest> {
    let latency = LatencyModel.constant(order: .milliseconds(10), response: .milliseconds(10))
    var venue = TickVenue.Configuration(unit: ticks.instrument.terms.unit)
    venue.latency = latency
    var desk = TickDesk.Configuration(ticks.instrument)
    // Ten million, in the currency's 10⁻⁸: margin that never binds, but is looked at.
    desk.capital = 10_000_000 * 100_000_000
    desk.limits.orderLotsMax = 100
    desk.limits.positionLotsMax = 2_000
    desk.limits.workingOrdersMax = 16
    let replay = TickReplay(TickVenue(venue), try TickDesk(desk, latency: latency))
    return TickSimulation(
      replay, QuoteAtBest(Quantity(lots: 10), positionMax: Quantity(lots: 1_000)))
  }
}

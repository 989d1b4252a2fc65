import OmniKernel
import OmniLedger
import OmniMatching
public import OmniModel
import OmniMoney
import OmniPlatform
import OmniPortfolio
import OmniRisk
import OmniRuntime
import OmniStorage
import OmniStrategy
import OmniTelemetry
import OmniTime

/// Bars through the whole node: EMA cross, risk gate, orders, bar venue, positions, postings.
public struct EMABars {
  /// How many bars a run takes.
  public static let barCount = 1_000_000
  /// How many runs of each kind are made; the best counts.
  public static let runCount = 5

  private let bars: [Bar]
  private let plan: RunPlan

  /// Tiles `bars` to ``barCount``, with the interval of the first two between all of them.
  public init(tiling bars: [Bar], instrument: Instrument) throws(BenchmarkFailure) {
    guard bars.count >= 2 else { throw .failed("fewer than two bars; wanted at least two") }
    let (first, second) = (bars[0].closedAt.nanoseconds, bars[1].closedAt.nanoseconds)
    guard second > first else { throw .failed("bars that do not rise in time") }
    let step = second.subtractingReportingOverflow(first)
    let span = step.partialValue.multipliedReportingOverflow(by: Int64(Self.barCount))
    let end = first.addingReportingOverflow(span.partialValue)
    guard !step.overflow, !span.overflow, !end.overflow else {
      throw .failed("bars too far apart; wanted \(Self.barCount) of them to end before 2262")
    }
    let interval = Interval(nanoseconds: step.partialValue)
    var tiled: [Bar] = []
    tiled.reserveCapacity(Self.barCount)
    var time = bars[0].closedAt
    for index in 0..<Self.barCount {
      let bar = bars[index % bars.count]
      tiled.append(
        Bar(
          instrument: InstrumentID(0), closedAt: time,
          prices: OpenHighLowClose(open: bar.open, high: bar.high, low: bar.low, close: bar.close),
          volume: bar.volume))
      time = time + interval
    }
    self.bars = tiled
    plan = RunPlan(
      instruments: [instrument],
      strategies: [
        RunPlan.StrategyPlan(
          label: "ema-cross", strategy: "ema-cross", parameters: [],
          instruments: [InstrumentID(0)],
          // So much that a million bars' fees do not use it up.
          capital: 1_000_000_000_000
            * Int128(
              FixedDecimal.powerOfTen(Int(instrument.terms.currency.minorDigits))))
      ],
      policy: .omni, limits: .research, currency: instrument.terms.currency)
  }

  /// Runs without and with a journal, in turn, and gives the best of each.
  public func figures() throws(BenchmarkFailure) -> [Figure] {
    var best: Measurement?
    var bestJournaled: Measurement?
    var fills: UInt64 = 0
    for _ in 0..<Self.runCount {
      let (plain, count) = try run(NullJournal())
      let (journaled, journaledCount) = try withJournal()
      guard count == journaledCount, count > 0 else {
        throw .wrongResult("\(count) fills without and \(journaledCount) with a journal")
      }
      fills = count
      if plain.nanoseconds < best?.nanoseconds ?? .max { best = plain }
      if journaled.nanoseconds < bestJournaled?.nanoseconds ?? .max { bestJournaled = journaled }
    }
    guard let best, let bestJournaled else { throw .failed("no run") }
    let latency = try latencies()
    let steady = Self.barCount / 2
    return [
      Figure("bars_per_cpu_s", best.perSecond(steady), "bars a second of processor time"),
      Figure(
        "bars_per_cpu_s_journaled", bestJournaled.perSecond(steady),
        "the same with a recycled, checksummed journal"),
      Figure("bar_p50_ns", Double(latency.percentile(50) ?? 0), "a bar's way, timed one by one"),
      Figure("bar_p99_ns", Double(latency.percentile(99) ?? 0), "the same, of a hundred the worst"),
      Figure("rss_bytes", Double(Machine.peakResidentBytes), "the process's largest memory"),
      Figure("data_bytes", Double(bars.count * MemoryLayout<Bar>.stride), "of it, the bars"),
      Figure(
        "allocations_per_event", Double(best.allocations) / Double(steady),
        "requests to the allocator, a bar, in the second half"),
      Figure(
        "allocations_per_event_journaled", Double(bestJournaled.allocations) / Double(steady),
        "the same with the journal, whose segments change now and then"),
      Figure("bars", Double(Self.barCount), "bars in a run; the second half is timed"),
      Figure("fills", Double(fills), "fills in a run"),
    ]
  }

  /// Times every bar of a run by itself; the clock's own cost is in each.
  private func latencies() throws(BenchmarkFailure) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    do {
      var node = try makeNode(NullJournal())
      for bar in bars {
        let start = Machine.monotonicNanoseconds
        try node.process(bar)
        histogram.record(nanoseconds: Machine.monotonicNanoseconds - start)
      }
      keep(UInt64(truncatingIfNeeded: node.portfolio.equity))
    } catch {
      throw .failed("\(error)")
    }
    return histogram
  }

  private func makeNode<Sink: Journal & ~Copyable>(
    _ journal: consuming Sink
  ) throws -> TradingNode<SoloRoster<EMACross>, Sink, NoObserver> {
    let terms = plan.instruments[0].terms
    guard let unit = terms.quantity(FixedDecimal(coefficient: 1, scale: 0)) else {
      throw BenchmarkFailure.failed("the instrument cannot be traded in whole units")
    }
    let roster = SoloRoster(EMACross(fast: 10, slow: 20, quantity: unit))
    return try TradingNode(plan: plan, roster: roster, journal: journal, observer: NoObserver())
  }

  private func withJournal() throws(BenchmarkFailure) -> (Measurement, UInt64) {
    do {
      let folder = try FileSystem.makeTemporaryDirectory("omni-bench")
      defer { try? FileSystem.removeDirectory(folder) }
      let configuration = try JournalConfiguration(
        segmentBytes: 4 << 20, retention: .recycle(segments: 2), runID: 1)
      let writer = try JournalWriter.create(DirectoryJournalStore(folder), configuration)
      return try run(writer)
    } catch let failure as BenchmarkFailure {
      throw failure
    } catch {
      throw .failed("\(error)")
    }
  }

  /// Warms up on the first half and measures the second.
  private func run<Sink: Journal & ~Copyable>(
    _ journal: consuming Sink
  ) throws(BenchmarkFailure) -> (Measurement, UInt64) {
    do {
      var node = try makeNode(journal)
      let half = bars.count / 2
      for bar in bars[..<half] { try node.process(bar) }
      let rest = bars[half...]
      let measurement = try Measurement.of {
        for bar in rest { try node.process(bar) }
      }
      keep(UInt64(truncatingIfNeeded: node.portfolio.equity))
      guard node.portfolio.ledger.isBalanced else { throw BenchmarkFailure.wrongResult("books") }
      return (measurement, node.totals.fills)
    } catch {
      throw .failed("\(error)")
    }
  }
}

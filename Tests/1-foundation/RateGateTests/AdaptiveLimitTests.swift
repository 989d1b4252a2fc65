import OmniClocks
import OmniNumerics
import OmniRateGate
import OmniTime
import Testing

/// What each algorithm reaches on simulated queues.
///
/// The bars are those of the tests' names, held for one seed. The figures in the comments are the
/// worst of eight seeds, of all three algorithms; those of the sawtooth are of a headroom of 150 %.
@Suite("AdaptiveLimit")
struct AdaptiveLimitTests {
  static let algorithms = AdaptiveLimit.Algorithm.allCases

  // MARK: Steady overload

  /// Reached: 0.95 with 8 servers and 0.98 with 50.
  @Test(arguments: [8, 50], Backend.Service.allCases)
  func `the limit finds 90 % of the best fixed goodput within 30 s`(
    servers: Int, service: Backend.Service
  ) throws {
    for load in [1.3, 2.0] {
      let backend = Backend.steady(servers, service, load: load)
      let limits = [servers, servers * 3 / 2, servers * 2, servers * 4]
      let best = bestFixed(backend, limits: limits, spans: [30..<60], seed: 1)[0]

      for algorithm in Self.algorithms {
        let report = try run(algorithm, backend, seconds: 60)

        let share = report.goodput(30..<60) / best
        #expect(share >= 0.9, "\(algorithm), load \(load): \(rounded(share)) of the best")
      }
    }
  }

  /// 8 servers with bimodal service reach 0.94: their measurements are the least exact.
  ///
  /// A limit of 20 is too small for 50 servers in the first seconds, which are not counted.
  @Test(arguments: [8, 50], Backend.Service.allCases)
  func `95 % of a load of 0.7 gets through, and 93 % with few servers and bimodal service`(
    servers: Int, service: Backend.Service
  ) throws {
    let backend = Backend.steady(servers, service, load: 0.7)
    for algorithm in Self.algorithms {
      let report = try run(algorithm, backend, seconds: 60)

      let share = report.shareServed(30..<60)
      #expect(
        share >= (servers == 8 && service == .bimodal ? 0.93 : 0.95),
        "\(algorithm): \(rounded(share))")
    }
  }

  // MARK: Changes of capacity

  /// Reached: 0.97 of the best, and a limit that moves by a factor of at most 2.3.
  ///
  /// The measurements at three fifths are 1.7 of that factor. With 9 servers that fall to 3, which
  /// the test does not ask for, the goodput is 0.9 of the best, and the factor up to 9.
  @Test(arguments: algorithms)
  func `the limit follows a step to a third and back within 30 s, without oscillation`(
    algorithm: AdaptiveLimit.Algorithm
  ) throws {
    let backend = Backend(servers: { (60..<120).contains($0) ? 16 : 48 }, arrivals: 48 * 26)
    let spans = [30..<60, 90..<120, 150..<180]
    let best = bestFixed(backend, limits: [20, 72, 96], spans: spans, seed: 1)

    let report = try run(algorithm, backend, seconds: 180)

    for (span, best) in zip(spans, best) {
      let share = report.goodput(span) / best
      #expect(share >= 0.9, "\(span): \(rounded(share)) of the best")
      let swing = report.swing(span.upperBound - 20..<span.upperBound)
      #expect(swing <= 2.5, "\(span): the limit moves by a factor of \(rounded(swing))")
    }
  }

  /// Reached: 0.97 with 9 servers, 0.98 with 24 and with 48.
  @Test(arguments: algorithms)
  func `a sawtooth of capacity costs less than 20 % of what an oracle gets`(
    algorithm: AdaptiveLimit.Algorithm
  ) throws {
    let servers: @Sendable (Double) -> Int = { second in
      let phase = second.truncatingRemainder(dividingBy: 60) / 30
      return 8 + Int(16 * (phase < 1 ? phase : 2 - phase))
    }
    let backend = Backend(servers: servers, arrivals: 24 * 26)
    let oracle = (30 * 20..<150 * 20).reduce(0) { $0 + servers(Double($1) / 20) } / 120

    let report = try run(algorithm, backend, seconds: 150)

    let share = report.goodput(30..<150) / Double(oracle)
    #expect(share >= 0.8, "\(rounded(share)) of the oracle")
  }

  // MARK: Known drifts

  /// Netflix, concurrency-limits, issue 88.
  @Test(arguments: algorithms)
  func `ten minutes of mild overload leave the limit below 4 times the need`(
    algorithm: AdaptiveLimit.Algorithm
  ) throws {
    let report = try run(algorithm, .steady(8, .exponential, load: 1.05), seconds: 600)

    #expect(report.limits(0..<600).upperBound < 32, "\(report.limits(0..<600))")
    #expect(report.goodput(30..<600) >= 0.9 * 160)
  }

  /// Netflix, concurrency-limits, issue 134: what was measured follows what drifts.
  @Test(arguments: algorithms)
  func `a latency that rises slowly does not feed the limit`(
    algorithm: AdaptiveLimit.Algorithm
  ) throws {
    let backend = Backend(
      servers: { _ in 24 }, meanService: { 0.05 * (1 + $0 / 120) }, arrivals: 24 * 26)

    let report = try run(algorithm, backend, seconds: 240)

    #expect(report.limits(0..<240).upperBound < 96, "\(report.limits(0..<240))")
    #expect(report.goodput(200..<240) >= 0.9 * 24 / (0.05 * (1 + 220.0 / 120)))
  }

  /// Netflix, concurrency-limits, issue 137: latched low.
  ///
  /// Reached: 0.81 from 30 s after the change on, 0.95 from 60 s on.
  @Test(arguments: algorithms)
  func `a base latency times 3 for good gives 90 % of the throughput again within 60 s`(
    algorithm: AdaptiveLimit.Algorithm
  ) throws {
    let backend = Backend(
      servers: { _ in 24 }, meanService: { $0 < 40 ? 0.05 : 0.15 }, arrivals: 24 * 26)

    let (report, limiter) = try runAll(algorithm, backend, seconds: 130)

    for (span, wanted) in [(70..<100, 0.8), (100..<130, 0.9)] {
      let share = report.goodput(span) / 160
      #expect(share >= wanted, "\(span): \(rounded(share))")
    }
    try expectIdleLatency(of: limiter, milliseconds: 105...195)
  }

  /// Latched high: a third of the servers do the same work, as each request takes a third.
  ///
  /// Reached after 100 s: 3.5 times the need, from 5 times at the time of the change; for a need of
  /// 8 instead of 16, 5.6 times, as the four places that are always left weigh more.
  @Test(arguments: algorithms)
  func `a base latency divided by 3 brings the limit down again`(
    algorithm: AdaptiveLimit.Algorithm
  ) throws {
    let backend = Backend(
      servers: { $0 < 40 ? 48 : 16 }, meanService: { $0 < 40 ? 0.15 : 0.05 }, arrivals: 16 * 26)

    let (report, limiter) = try runAll(algorithm, backend, seconds: 160)

    #expect(report.limits(140..<160).upperBound < 64, "\(report.limits(140..<160))")
    #expect(report.goodput(70..<160) >= 0.9 * 320)
    try expectIdleLatency(of: limiter, milliseconds: 35...80)
  }

  /// A time-out is as even as a latency can be, and says the contrary of one.
  @Test(arguments: algorithms)
  func `requests that all time out at one latency bring the limit to its least within 30 s`(
    algorithm: AdaptiveLimit.Algorithm
  ) throws {
    let backend = Backend(servers: { (40..<80).contains($0) ? 0 : 24 }, arrivals: 24 * 26)

    let report = try run(algorithm, backend, seconds: 130)

    #expect(report.limits(70..<80) == 1...1)
    let share = report.goodput(110..<130) / 480
    #expect(share >= 0.9, "\(rounded(share)) from 30 s after the service came back")
  }

  /// resilience4j, issue 1177.
  @Test(arguments: algorithms)
  func `requests that fail in one bad moment lower the limit once`(
    algorithm: AdaptiveLimit.Algorithm
  ) throws {
    var configuration = AdaptiveLimit.Configuration()
    configuration.algorithm = algorithm
    configuration.initial = 40
    configuration.probeEvery = .days(1)
    var limit = try AdaptiveLimit(configuration)
    // Some of a window that has begun.
    for index in 0..<10 {
      limit.record(.success, latency: .milliseconds(50), inFlight: 9, at: at(1_000 + index))
    }

    var limits = [limit.limit]
    for index in 0..<80 {
      limit.record(.overload, latency: .seconds(1), inFlight: 40, at: at(2_000 + index))
      if limit.limit != limits.last { limits.append(limit.limit) }
    }

    #expect(limits.count == 2, "\(limits)")
    #expect((20..<40).contains(limits.last ?? 0), "\(limits)")

    // The next bad moment is another one.
    for index in 0..<80 {
      limit.record(.overload, latency: .seconds(1), inFlight: 20, at: at(4_000 + index))
    }
    #expect(limit.limit < limits.last ?? 0)
  }

  // MARK: What is not learnt

  @Test(arguments: algorithms)
  func `three in flight never raise the limit`(algorithm: AdaptiveLimit.Algorithm) throws {
    for initial in [7, 8, 20] {
      for seed in UInt64(0)..<8 {
        var configuration = AdaptiveLimit.Configuration()
        configuration.algorithm = algorithm
        configuration.initial = initial
        var limit = try AdaptiveLimit(configuration)
        var random = SplitMix64(seed: seed)
        var now: Int64 = 0
        for _ in 0..<3_000 {
          now += Int64(random.below(30_000_000))
          limit.record(
            .success, latency: Interval(nanoseconds: 30_000_000 + Int64(random.below(40_000_000))),
            inFlight: 1 + Int(random.below(3)), at: MonotonicInstant(nanoseconds: now))
          #expect(limit.limit <= initial, "initial \(initial), seed \(seed)")
        }
      }
    }
  }

  @Test func `what was cancelled says nothing`() throws {
    var limit = try AdaptiveLimit()

    for index in 0..<1_000 {
      limit.record(.ignored, latency: .seconds(9), inFlight: 20, at: at(index))
    }

    #expect(limit.limit == 20)
    #expect(limit.latencyWithoutQueue == nil)
  }

  /// The limit starts far above the need, so that all that is seen first is a queue.
  @Test(arguments: algorithms)
  func `the latency without a queue is found in an overload`(
    algorithm: AdaptiveLimit.Algorithm
  ) throws {
    for seed in UInt64(1)...3 {
      var configuration = AdaptiveLimit.Configuration()
      configuration.algorithm = algorithm
      configuration.initial = 100
      let (_, limiter) = QueueSimulation.run(
        .steady(8, .exponential, load: 2), .adaptive(try AdaptiveLimit(configuration)),
        seconds: 40, seed: seed)

      try expectIdleLatency(of: limiter, milliseconds: 35...80)
    }
  }

  /// Measurements are far apart here, so that only the windows can tell.
  ///
  /// They come as near as a factor of 1.3 to the latency with its queue. Reached: 111 ms, from 150.
  @Test(arguments: algorithms)
  func `a service that became faster is noticed without a measurement`(
    algorithm: AdaptiveLimit.Algorithm
  ) throws {
    let backend = Backend(
      servers: { _ in 24 }, meanService: { $0 < 20 ? 0.15 : 0.05 }, arrivals: 24 * 26)

    let limiter = try runAll(algorithm, backend, seconds: 40, probeEvery: .days(1)).limiter

    try expectIdleLatency(of: limiter, milliseconds: 35...125)
  }

  /// Does not tell an early look at a high latency from a pause that was short after news.
  @Test(arguments: algorithms)
  func `a service 3 times slower is known within 20 s, with pauses of 40 s`(
    algorithm: AdaptiveLimit.Algorithm
  ) throws {
    let backend = Backend(
      servers: { _ in 24 }, meanService: { $0 < 40 ? 0.05 : 0.15 }, arrivals: 24 * 26)

    let limiter = try runAll(algorithm, backend, seconds: 60, probeEvery: .seconds(40)).limiter

    try expectIdleLatency(of: limiter, milliseconds: 105...195)
  }

  @Test func `the limit keeps within its least and most`() throws {
    for algorithm in Self.algorithms {
      var configuration = AdaptiveLimit.Configuration()
      configuration.algorithm = algorithm
      configuration.least = 6
      configuration.initial = 8
      configuration.most = 10
      let backend = Backend(servers: { $0 < 10 ? 50 : 1 }, arrivals: 500)

      let (report, _) = QueueSimulation.run(
        backend, .adaptive(try AdaptiveLimit(configuration)), seconds: 30, seed: 1)

      #expect(report.limits(0..<30) == 6...10)
    }
  }

  // MARK: Settings

  @Test func `a setting out of its range is a fault`() {
    expectFault("least") { $0.least = 0 }
    expectFault("most") { $0.most = 0 }
    expectFault("initial") { $0.initial = 0 }
    expectFault("initial") { $0.initial = 10_001 }
    expectFault("headroomPercent") { $0.headroomPercent = 99 }
    expectFault("tolerancePercent") { $0.tolerancePercent = 10_001 }
    for pause in [Interval.milliseconds(99), .days(2), .zero] {
      var configuration = AdaptiveLimit.Configuration()
      configuration.probeEvery = pause
      #expect(throws: RateFault.period(pause)) { try AdaptiveLimit(configuration) }
    }
    #expect(AdaptiveLimit.Configuration().fault == nil)
  }

  // MARK: Helpers

  private func run(
    _ algorithm: AdaptiveLimit.Algorithm, _ backend: Backend, seconds: Int
  ) throws -> SimulationReport {
    try runAll(algorithm, backend, seconds: seconds).report
  }

  private func runAll(
    _ algorithm: AdaptiveLimit.Algorithm, _ backend: Backend, seconds: Int,
    probeEvery: Interval = .seconds(10)
  ) throws -> (report: SimulationReport, limiter: Limiter) {
    var configuration = AdaptiveLimit.Configuration()
    configuration.algorithm = algorithm
    configuration.probeEvery = probeEvery
    let limit = try AdaptiveLimit(configuration)
    return QueueSimulation.run(backend, .adaptive(limit), seconds: seconds, seed: 1)
  }

  private func expectIdleLatency(of limiter: Limiter, milliseconds: ClosedRange<Int64>) throws {
    guard case .adaptive(let limit) = limiter else { return }
    let latency = try #require(limit.latencyWithoutQueue).nanoseconds / 1_000_000
    #expect(milliseconds.contains(latency), "\(latency) ms without a queue")
  }

  private func expectFault(
    _ key: String, _ change: (inout AdaptiveLimit.Configuration) -> Void
  ) {
    var configuration = AdaptiveLimit.Configuration()
    change(&configuration)
    guard case .range(let found, _, _)? = configuration.fault else {
      Issue.record("no fault of \(key)")
      return
    }
    #expect(found == key)
    #expect(throws: RateFault.self) { try AdaptiveLimit(configuration) }
  }

  private func at(_ milliseconds: Int) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: Int64(milliseconds) * 1_000_000)
  }

  private func rounded(_ share: Double) -> Double { (share * 1_000).rounded() / 1_000 }
}

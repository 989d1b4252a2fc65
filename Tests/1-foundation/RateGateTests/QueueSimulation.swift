import Foundation
import OmniClocks
import OmniNumerics
import OmniRateGate
import OmniTime

/// A service with some servers and one queue without bound, and callers who come at random.
struct Backend: Sendable {
  /// How long a request is served, as multiples of the mean.
  enum Service: String, Sendable, CaseIterable {
    /// M/M/c.
    case exponential
    /// M/G/c; the logarithm has a standard deviation of 1, so the squared variation is 1.7.
    case lognormal
    /// M/G/c; nine of ten in half the mean, one in 5.5 times the mean: squared variation 2.25.
    case bimodal

    func draw(_ random: inout SplitMix64) -> Double {
      switch self {
      case .exponential: return -log(1 - random.unitDouble())
      case .lognormal:
        let radius = (-2 * log(1 - random.unitDouble())).squareRoot()
        return exp(radius * cos(2 * .pi * random.unitDouble()) - 0.5)
      case .bimodal: return random.unitDouble() < 0.9 ? 0.5 : 5.5
      }
    }
  }

  var service = Service.exponential
  /// The servers at a second; fewer than are busy means that the busy ones finish.
  var servers: @Sendable (Double) -> Int
  /// The mean time of service at a second, in seconds.
  var meanService: @Sendable (Double) -> Double = { _ in 0.05 }
  /// Requests a second.
  var arrivals: Double
  /// After how many seconds the caller gives up; the service knows nothing of it.
  var timeLimit = 1.0

  /// A service that stays as it is, and `load` times what it can do.
  static func steady(_ servers: Int, _ service: Service, load: Double) -> Backend {
    Backend(service: service, servers: { _ in servers }, arrivals: Double(servers) * 20 * load)
  }
}

/// What decides how many requests may run.
enum Limiter {
  case fixed(Int)
  case adaptive(AdaptiveLimit)

  var limit: Int {
    switch self {
    case .fixed(let limit): limit
    case .adaptive(let adaptive): adaptive.limit
    }
  }

  mutating func record(
    _ ending: AdaptiveLimit.Ending, latency: Int64, inFlight: Int, at now: Int64
  ) {
    guard case .adaptive(var adaptive) = self else { return }
    // Frees the old value, so that none is copied.
    self = .fixed(0)
    adaptive.record(
      ending, latency: Interval(nanoseconds: latency), inFlight: inFlight,
      at: MonotonicInstant(nanoseconds: now))
    self = .adaptive(adaptive)
  }
}

/// What came of a simulation, for each second of it.
struct SimulationReport {
  var offered: [Int]
  /// Requests that ended with success within the time limit, by the second of their end.
  var good: [Int]
  var limitLeast: [Int]
  var limitMost: [Int]

  init(seconds: Int) {
    offered = Array(repeating: 0, count: seconds)
    good = offered
    limitLeast = Array(repeating: .max, count: seconds)
    limitMost = offered
  }

  func goodput(_ seconds: Range<Int>) -> Double {
    Double(good[seconds].reduce(0, +)) / Double(seconds.count)
  }

  func shareServed(_ seconds: Range<Int>) -> Double {
    Double(good[seconds].reduce(0, +)) / Double(offered[seconds].reduce(0, +))
  }

  func limits(_ seconds: Range<Int>) -> ClosedRange<Int> {
    (limitLeast[seconds].min() ?? 0)...(limitMost[seconds].max() ?? 0)
  }

  /// The greatest limit of some seconds as a multiple of the least.
  func swing(_ seconds: Range<Int>) -> Double {
    let limits = limits(seconds)
    return Double(limits.upperBound) / Double(max(1, limits.lowerBound))
  }
}

/// A simulation of discrete events: arrivals, ends of service, and callers who give up.
///
/// Time is in nanoseconds and nothing is measured, so that one seed gives one report.
struct QueueSimulation {
  private struct Request {
    let start: Int64
    let inFlight: Int
    var isOpen = true
  }

  private let backend: Backend
  private let end: Int64
  private(set) var limiter: Limiter
  private(set) var report: SimulationReport
  private var arrivalsRandom: SplitMix64
  private var serviceRandom: SplitMix64
  /// All requests that were let in, in the order in which they came, which is that of the queue.
  private var requests: [Request] = []
  private var nextToServe = 0
  private var nextToGiveUp = 0
  private var inFlight = 0
  /// The ends of service to come, the soonest last.
  private var busy: [(end: Int64, request: Int)] = []
  private var nextArrival: Int64 = 0

  static func run(
    _ backend: Backend, _ limiter: Limiter, seconds: Int, seed: UInt64
  ) -> (report: SimulationReport, limiter: Limiter) {
    var simulation = QueueSimulation(backend, limiter, seconds: seconds, seed: seed)
    while simulation.step() {}
    return (simulation.report, simulation.limiter)
  }

  private init(_ backend: Backend, _ limiter: Limiter, seconds: Int, seed: UInt64) {
    self.backend = backend
    self.limiter = limiter
    end = Int64(seconds) * 1_000_000_000
    report = SimulationReport(seconds: seconds)
    arrivalsRandom = SplitMix64(seed: seed)
    serviceRandom = SplitMix64(seed: ~seed)
  }

  /// Lets the next thing happen.
  private mutating func step() -> Bool {
    while nextToGiveUp < requests.count, !requests[nextToGiveUp].isOpen { nextToGiveUp += 1 }
    let limit = Int64(backend.timeLimit * 1e9)
    let givesUp =
      nextToGiveUp < requests.count ? requests[nextToGiveUp].start + limit : Int64.max
    let served = busy.last?.end ?? .max
    let now = min(nextArrival, givesUp, served)
    guard now < end else { return false }
    if now == served, let last = busy.popLast() {
      if requests[last.request].isOpen { close(last.request, .success, at: now) }
    } else if now == givesUp {
      close(nextToGiveUp, .overload, at: now)
    } else {
      arrive(at: now)
    }
    serve(at: now)
    return true
  }

  private mutating func arrive(at now: Int64) {
    let second = Int(now / 1_000_000_000)
    let gap = Backend.Service.exponential.draw(&arrivalsRandom) / backend.arrivals
    nextArrival = now + max(1, Int64(gap * 1e9))
    let limit = limiter.limit
    report.offered[second] += 1
    report.limitLeast[second] = min(report.limitLeast[second], limit)
    report.limitMost[second] = max(report.limitMost[second], limit)
    guard inFlight < limit else { return }
    inFlight += 1
    requests.append(Request(start: now, inFlight: inFlight))
  }

  private mutating func close(_ index: Int, _ ending: AdaptiveLimit.Ending, at now: Int64) {
    let request = requests[index]
    requests[index].isOpen = false
    inFlight -= 1
    if ending == .success { report.good[Int(now / 1_000_000_000)] += 1 }
    limiter.record(ending, latency: now - request.start, inFlight: request.inFlight, at: now)
  }

  /// Gives the queue's first requests to the servers that are free.
  private mutating func serve(at now: Int64) {
    guard nextToServe < requests.count else { return }
    let second = Double(now) / 1e9
    let servers = backend.servers(second)
    while nextToServe < requests.count, busy.count < servers {
      let seconds = backend.service.draw(&serviceRandom) * backend.meanService(second)
      let done = now + max(1, Int64(seconds * 1e9))
      var place = busy.count
      while place > 0, busy[place - 1].end < done { place -= 1 }
      busy.insert((done, nextToServe), at: place)
      nextToServe += 1
    }
  }
}

/// The goodput a second of the best fixed limit in each of some spans of seconds.
func bestFixed(
  _ backend: Backend, limits: [Int], spans: [Range<Int>], seed: UInt64
) -> [Double] {
  var best = spans.map { _ in 0.0 }
  for limit in limits {
    let end = spans.map(\.upperBound).max() ?? 0
    let (report, _) = QueueSimulation.run(backend, .fixed(limit), seconds: end, seed: seed)
    for (index, span) in spans.enumerated() { best[index] = max(best[index], report.goodput(span)) }
  }
  return best
}

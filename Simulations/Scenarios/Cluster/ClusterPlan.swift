import OmniCircuitBreaker
import OmniNumerics
import OmniRateGate
import OmniTime

/// What is drawn for a simulated cluster before it begins.
struct ClusterPlan: Sendable {
  /// Something that goes wrong, or changes, for a while.
  enum Trouble: Sendable, Hashable {
    case storeDies(losingState: Bool)
    /// Loses its state and does not stop: as soon as a key is invalidated that somebody loads.
    case storeForgets
    /// A node that invalidates a key while the store has not answered an earlier time is not heard.
    case secondTellingsAreLost
    case storeClockJumps(Int64)
    case cutFromStore(node: Int)
    case cutFromClients(node: Int)
    case lossy(perThousand: Int)
    case service(SimulatedBackend.Health)
    case nodeLeaves
    case nodeJoins
  }

  /// A trouble with its time.
  struct Fault: Sendable {
    let trouble: Trouble
    let start: Int64
    let duration: Int64
  }

  static let millisecond: Int64 = 1_000_000
  static let second: Int64 = 1_000_000_000
  /// When troubles end and the flood begins.
  static let calmStart = 60 * second
  static let floodStart = 62 * second
  static let capacityChange = 70 * second
  static let measuringStart = 100 * second
  static let measuringEnd = 106 * second
  /// When the last request is made.
  static let askingEnd = 106 * second
  /// How long a message is on its way at most.
  static let delayMax = 50 * millisecond
  static let clientLimit = 1_500 * millisecond
  static let callLimit = 1_000 * millisecond
  static let storeLimit = 150 * millisecond
  static let loadAlone = 300 * millisecond
  /// The first key that is asked for once only.
  static let bulkKey: UInt64 = 1 << 32

  /// How many nodes there are at first; one more may join, or one that left.
  let nodeCount: Int
  /// How many nodes there can be at a time.
  let nodeCountMax: Int
  /// By how many millionths each node's clock is fast.
  let drifts: [Int64]
  let keyCount: Int
  /// The limits; the last is wide and for the flood.
  let rules: [RateRule]
  /// How each limit is leased.
  let leases: [LeaseBook.Configuration]
  let timeToLive: Int64
  /// The mean time between requests, before the flood.
  let pause: Int64
  /// The mean time between changes of values.
  let changePause: Int64
  /// Of a hundred changes so many are followed by another of the same key at once.
  let changesAgainPercent: UInt64 = 30
  let backendMean: Int64
  let placesBefore, placesAfter: Int
  let faults: [Fault]

  /// Draws a plan.
  ///
  /// - Parameter isServiceSlow: Whether a call takes a fifth of a second, and not a thirtieth.
  init(_ random: inout SplitMix64, isServiceSlow: Bool) throws(RateFault) {
    nodeCount = 2 + Int(random.below(4))
    nodeCountMax = min(6, nodeCount + 1)
    drifts = (0..<nodeCountMax).map { _ in Int64(random.below(20_001)) - 10_000 }
    keyCount = 30 + Int(random.below(200))
    var rules: [RateRule] = []
    for _ in 0..<3 {
      rules.append(
        try RateRule(
          count: 5 + Int(random.below(15)), per: .seconds(1), burst: 3 + Int(random.below(12))))
    }
    rules.append(try RateRule(count: 4_000, per: .seconds(1), burst: 1_000))
    self.rules = rules
    let lease = LeaseBook.Configuration(
      unitsMax: 2 + Int(random.below(7)), lasting: .milliseconds(200 + Int64(random.below(600))))
    leases = [lease, lease, lease, .init(unitsMax: 200, lasting: lease.lasting)]
    timeToLive = (1_500 + Int64(random.below(4_000))) * Self.millisecond
    pause = (12 + Int64(random.below(8))) * Self.millisecond
    changePause = (80 + Int64(random.below(300))) * Self.millisecond
    let draw = Int64(random.below(30))
    backendMean = (isServiceSlow ? 180 + draw * 3 : 20 + draw) * Self.millisecond
    // So many calls a second for each node that there may be.
    let each = 10 + Int64(random.below(10))
    let wanted = Int(Int64(nodeCountMax) * each * backendMean / Self.second)
    let few = isServiceSlow ? nodeCountMax * 5 : max(4, wanted)
    (placesBefore, placesAfter) = random.below(2) == 0 ? (few, few * 2) : (few * 2, few)
    faults = Self.faults(&random, nodeCount: nodeCount)
  }

  private static func faults(_ random: inout SplitMix64, nodeCount: Int) -> [Fault] {
    var faults: [Fault] = []
    // What of one kind would overlap is dropped when it begins.
    for _ in 0..<(10 + random.below(10)) {
      let start = 3 * second + Int64(random.below(UInt64(48 * second)))
      let trouble = trouble(&random, nodeCount: nodeCount)
      var duration = 200 * millisecond + Int64(random.below(UInt64(6 * second)))
      // A Redis that is started again is back soon.
      if case .storeDies = trouble { duration = duration / 4 + 50 * millisecond }
      faults.append(Fault(trouble: trouble, start: start, duration: duration))
    }
    // Each run has these, so that each meets a death, an outage of the service and a change.
    let place = Int64(random.below(UInt64(10 * second)))
    faults.append(
      Fault(trouble: .storeDies(losingState: true), start: 8 * second + place, duration: 2 * second)
    )
    faults.append(
      Fault(trouble: .service(.failing(90)), start: 22 * second + place, duration: 5 * second))
    faults.append(
      Fault(trouble: .nodeLeaves, start: 34 * second + place, duration: second))
    for _ in 0..<6 {
      let start = 8 * second + Int64(random.below(UInt64(40 * second)))
      faults.append(Fault(trouble: .storeForgets, start: start, duration: 4 * second))
    }
    faults.append(
      Fault(trouble: .secondTellingsAreLost, start: 5 * second + place, duration: 40 * second))
    return faults.sorted { $0.start < $1.start }
  }

  private static func trouble(_ random: inout SplitMix64, nodeCount: Int) -> Trouble {
    let node = Int(random.below(UInt64(nodeCount)))
    switch random.below(12) {
    case 0, 10: return .storeDies(losingState: random.below(2) == 0)
    case 1, 2:
      let jump = 50 * millisecond + Int64(random.below(UInt64(20 * second)))
      return .storeClockJumps(random.below(2) == 0 ? jump : -jump / 4)
    case 3: return .cutFromStore(node: node)
    case 4: return .cutFromClients(node: node)
    case 5, 11: return .lossy(perThousand: 20 + Int(random.below(200)))
    case 6: return .service(.slow(3 + Int(random.below(20))))
    case 7:
      let health: [SimulatedBackend.Health] = [
        .failing(60), .failing(95), .flapping(700 * millisecond), .silent,
      ]
      return .service(health[Int(random.below(4))])
    case 8: return .nodeLeaves
    default: return .nodeJoins
    }
  }

  /// The settings of each node's breaker.
  static var breaker: BreakerConfiguration {
    var configuration = BreakerConfiguration()
    configuration.window = .count(40)
    configuration.callsMin = 10
    configuration.errorPercent = 50
    configuration.slowAfter = .milliseconds(900)
    configuration.slowPercent = 80
    configuration.probeCount = 3
    configuration.probeLimit = .seconds(3)
    configuration.ramp = .seconds(2)
    configuration.backoff = .seconds(1)
    configuration.backoffMax = .seconds(4)
    return configuration
  }

  /// The settings of each node's limit of calls.
  static func limit(isDeaf: Bool) -> AdaptiveLimit.Configuration {
    var configuration = AdaptiveLimit.Configuration()
    configuration.initial = isDeaf ? 400 : 8
    configuration.least = isDeaf ? 400 : 1
    configuration.most = 400
    return configuration
  }
}

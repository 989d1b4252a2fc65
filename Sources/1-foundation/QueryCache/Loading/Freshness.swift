import OmniClocks
public import OmniTime

/// How long a value is good for.
public struct Freshness: Sendable, Hashable {
  /// How long it is fresh.
  public var lasting: Interval
  /// By how much that varies, in percent to both sides: what was loaded together does not have to
  /// be loaded again together.
  public var jitterPercent: Int
  /// How long after that it is given out while a new one is fetched.
  public var staleFor: Interval
  /// How long it is remembered that there is no value; zero: not at all.
  public var absentFor: Interval
  /// How eagerly a value is fetched again before it is stale, in percent; 0 is not at all.
  ///
  /// 100 is the usual measure. The longer a value took to fetch and the nearer its end, the likelier.
  ///
  /// Source: Vattani, Chierichetti and Lowenstein, "Optimal Probabilistic Cache Stampede
  /// Prevention", VLDB 2015 ("XFetch").
  public var earlyPercent: Int

  /// Creates a rule of freshness.
  public init(
    lasting: Interval, jitterPercent: Int = 10, staleFor: Interval = .zero,
    absentFor: Interval = .zero, earlyPercent: Int = 100
  ) {
    self.lasting = lasting
    self.jitterPercent = jitterPercent
    self.staleFor = staleFor
    self.absentFor = absentFor
    self.earlyPercent = earlyPercent
  }

  /// What is wrong with the rule, or nil.
  public var fault: QueryFault? {
    let year = Interval.days(365)
    if lasting <= .zero || lasting > year { return .interval(key: "lasting", lasting) }
    if staleFor < .zero || staleFor > year { return .interval(key: "staleFor", staleFor) }
    if absentFor < .zero || absentFor > year { return .interval(key: "absentFor", absentFor) }
    if !(0...90).contains(jitterPercent) {
      return .range(key: "jitterPercent", jitterPercent, wanted: 0...90)
    }
    if !(0...10_000).contains(earlyPercent) {
      return .range(key: "earlyPercent", earlyPercent, wanted: 0...10_000)
    }
    return nil
  }

  /// How long a value that is put in now stays fresh.
  ///
  /// - Parameter draw: 64 random bits.
  package func varied(_ base: Interval, draw: UInt64) -> Interval {
    let part = base.nanoseconds / 100 * Int64(jitterPercent)
    guard part > 0 else { return base }
    let offset = Int64((draw.multipliedFullWidth(by: UInt64(part) * 2 + 1)).high) - part
    return Interval(nanoseconds: base.nanoseconds + offset)
  }

  /// Whether a value is to be fetched again though it is fresh for `rest`.
  ///
  /// - Parameters:
  ///   - cost: How long it took to fetch.
  ///   - draw: 64 random bits.
  package func isEarly(rest: Interval, cost: Interval, draw: UInt64) -> Bool {
    guard earlyPercent > 0, cost > .zero else { return false }
    // The logarithm of an even number between 0 and 1, to within a tenth: the place of its first
    // bit, and the bits after it as the fraction.
    let zeros = draw.leadingZeroBitCount
    let fraction = Double(((draw << UInt64(zeros)) << 1) >> 11) * 0x1p-53
    let logarithm = (Double(zeros) + 1 - fraction) * 0.693_147_180_559_945_3
    let reach = Double(cost.nanoseconds) * Double(earlyPercent) / 100 * logarithm
    return reach >= Double(rest.nanoseconds)
  }
}

/// What is wrong with a query or with the settings of a cache of queries.
public enum QueryFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// A number is out of its range.
  case range(key: String, Int, wanted: ClosedRange<Int>)
  /// A span of time is out of its range.
  case interval(key: String, Interval)
  /// No resolver serves a field.
  case unknownField(String)
  /// Two resolvers serve one field.
  case fieldTwice(String)
  /// There is no such partition.
  case unknownPartition(String)
  /// A name is empty, too long or has a character that keys are divided by.
  case name(String)

  /// The stable code of the fault.
  public var code: String {
    switch self {
    case .range: "QRY-001"
    case .interval: "QRY-002"
    case .unknownField: "QRY-003"
    case .fieldTwice: "QRY-004"
    case .unknownPartition: "QRY-005"
    case .name: "QRY-006"
    }
  }

  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .range(let key, let value, let wanted):
      "\(code): \(key) is \(value); wanted \(wanted.lowerBound) to \(wanted.upperBound)"
    case .interval(let key, let value):
      "\(code): \(key) is \(value.nanoseconds) ns; wanted a span of at most 365 days"
    case .unknownField(let name): "\(code): no resolver serves the field \(name)"
    case .fieldTwice(let name): "\(code): two resolvers serve the field \(name)"
    case .unknownPartition(let name): "\(code): there is no partition \(name)"
    case .name(let name):
      "\(code): a name of \(name.utf8.count) bytes; wanted 1 to 256 without control characters"
    }
  }
}

public import OmniCircuitBreaker
public import OmniTime

/// The settings of a pool of connections.
public struct SQLPoolConfiguration: Sendable, Hashable {
  /// How many connections there are at most, each with a thread; from 1 to 64.
  public var connectionCountMax = 8
  /// How many calls may wait for a connection.
  public var waitingCountMax = 1_024
  /// How long a call waits for a connection at most.
  public var waitMax = Interval.seconds(5)
  /// How long a call may take with its waiting, if the query says nothing.
  public var callLimit = Interval.seconds(30)
  /// How long to wait after the first failed attempt to connect; then twice as long each time.
  public var pauseMin = Interval.milliseconds(20)
  /// How long to wait between two attempts to connect at most.
  public var pauseMax = Interval.milliseconds(500)
  /// The settings of the breaker that is made if none is given.
  public var breaker = Self.usualBreaker
  /// What the variation of the pauses is drawn from; another number for each pool if it is nil.
  public var seed: UInt64?

  /// The usual settings.
  public init() {}

  /// A breaker that opens after ten failures in twenty calls, tries again within a second, and
  /// lets all through half a second after that went well.
  public static var usualBreaker: BreakerConfiguration {
    var breaker = BreakerConfiguration()
    breaker.window = .count(20)
    breaker.callsMin = 10
    breaker.probeCount = 2
    breaker.probeLimit = .seconds(60)
    breaker.backoff = .milliseconds(100)
    breaker.backoffMax = .seconds(1)
    breaker.ramp = .milliseconds(500)
    return breaker
  }

  func check() throws(SQLFailure) {
    let counts = [
      ("connectionCountMax", connectionCountMax, 1...64),
      ("waitingCountMax", waitingCountMax, 0...1_000_000),
    ]
    for (key, value, range) in counts where !range.contains(value) {
      throw .notMade(
        .callInvalid("\(key) is \(value); wanted \(range.lowerBound) to \(range.upperBound)"))
    }
    for (key, value) in [("waitMax", waitMax), ("callLimit", callLimit), ("pauseMin", pauseMin)]
    where value < .milliseconds(1) || value > .days(1) {
      throw .notMade(.callInvalid("\(key) is \(value.nanoseconds) ns; wanted 1 ms to a day"))
    }
    guard pauseMin <= pauseMax, pauseMax <= .days(1) else {
      throw .notMade(.callInvalid("pauseMax is below pauseMin, or over a day"))
    }
  }
}

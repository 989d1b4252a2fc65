public import OmniTime

/// Decides what to send, at fixed times and when reports come.
public protocol TickStrategy {
  /// Called at each step, when everything that is heard by then has been taken into account.
  mutating func step(_ desk: inout TickDesk)
  /// Called for each report, after the desk has taken it into account.
  mutating func heard(_ report: TickReport, _ desk: inout TickDesk)
}

extension TickStrategy {
  /// Does nothing.
  public mutating func heard(_ report: TickReport, _ desk: inout TickDesk) {}
}

/// A strategy at its desk, and the venue, over a tape.
///
///     var simulation = TickSimulation(venue, desk, QuoteAtBest(size, positionMax: bound))
///     let steps = try simulation.run(tape, every: .milliseconds(100))
public struct TickSimulation<Strategy: TickStrategy>: ~Copyable {
  /// The venue and our side, and how far the tape has run.
  public var replay: TickReplay
  /// What decides.
  public var strategy: Strategy
  /// Fills as they were heard, if they are kept.
  public private(set) var fills: [TickReport] = []
  private let keepsFills: Bool

  /// Puts a strategy at a desk.
  ///
  /// - Parameter keepsFills: Whether ``fills`` is kept.
  public init(
    _ replay: consuming TickReplay, _ strategy: Strategy, keepsFills: Bool = false
  ) {
    self.replay = replay
    self.strategy = strategy
    self.keepsFills = keepsFills
  }

  /// Runs the whole tape with a step at each multiple of `interval` after its start, or after `start`.
  ///
  /// - Returns: How many steps there were.
  /// - Precondition: the interval is above zero.
  /// - Throws: What the desk's books refuse.
  public mutating func run(
    _ tape: borrowing TickTape, every interval: Interval, from start: Timestamp? = nil
  ) throws(DeskFailure) -> Int {
    precondition(interval > .zero, "an interval above zero")
    guard let start = start ?? tape.start else { return 0 }
    var now = start
    var steps = 0
    while true {
      now = now + interval
      guard try advance(tape, to: now) else { return steps }
      steps += 1
      strategy.step(&replay.desk)
    }
  }

  /// Lets everything happen that is due until `instant`; false if then nothing is left to happen.
  public mutating func advance(
    _ tape: borrowing TickTape, to instant: Timestamp
  ) throws(DeskFailure) -> Bool {
    replay.advance(tape, to: instant)
    while let report = try replay.nextReport() {
      if keepsFills, case .filled = report.kind { fills.append(report) }
      strategy.heard(report, &replay.desk)
    }
    return replay.isUnfinished(tape)
  }
}

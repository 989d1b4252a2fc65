public import OmniModel
import OmniRuntime
import OmniTime

/// Gives bars in order of time.
public protocol BarFeed: ~Copyable {
  /// The next corporate action that is due before the next bar, or nil when none is.
  ///
  /// To be asked before each ``next()``, until it gives nil.
  mutating func nextAction() throws(Backtest.Failure) -> CorporateAction?

  /// The next bar, or nil at the end.
  mutating func next() throws(Backtest.Failure) -> Bar?
}

extension BarFeed where Self: ~Copyable {
  /// None, for feeds of bars alone.
  @inlinable
  public mutating func nextAction() throws(Backtest.Failure) -> CorporateAction? { nil }
}

/// Merges series of bars that are in memory; of two at one instant, the earlier series comes first.
public struct SeriesFeed: BarFeed, Sendable {
  private let series: [[Bar]]
  private var places: [Int]
  private var merge: TimeMerge

  /// Creates a feed of `series`, each in order of time.
  public init(_ series: [[Bar]]) {
    self.series = series
    places = series.map { _ in 0 }
    merge = TimeMerge(series.map { $0.first?.closedAt })
  }

  /// How many bars there are in all.
  public var count: Int { series.reduce(0) { $0 + $1.count } }

  /// The next bar.
  public mutating func next() throws(Backtest.Failure) -> Bar? {
    guard let source = merge.next else { return nil }
    let bar = series[source][places[source]]
    places[source] += 1
    let following = places[source]
    let isEnd = following == series[source].count
    merge.advance(to: isEnd ? nil : series[source][following].closedAt)
    return bar
  }
}

public import OmniModel
import OmniTime

/// Puts corporate actions between the bars of another feed.
///
/// An action is due when the next bar closes behind its instant; a bar that closes at the instant
/// itself is of before. Actions behind the last bar are not given: the run ends with its data. Of two
/// actions at one instant, the one that stands first in the list comes first.
public struct ActionFeed<Base: BarFeed & ~Copyable>: BarFeed, ~Copyable {
  private var base: Base
  private let actions: [CorporateAction]
  private var place = 0
  private var ahead: Bar?

  /// Creates a feed of the bars of `base` and of `actions`, in whatever order they stand.
  public init(_ base: consuming Base, _ actions: [CorporateAction]) {
    self.base = base
    // Swift's sort keeps the order of equals, but does not promise it.
    self.actions = actions.enumerated().sorted {
      ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
    }.map(\.element)
  }

  /// The next action that is due before the next bar.
  public mutating func nextAction() throws(Backtest.Failure) -> CorporateAction? {
    guard place < actions.count else { return nil }
    if ahead == nil { ahead = try base.next() }
    guard let ahead, actions[place].at < ahead.closedAt else { return nil }
    place += 1
    return actions[place - 1]
  }

  /// The next bar.
  public mutating func next() throws(Backtest.Failure) -> Bar? {
    if let bar = ahead {
      ahead = nil
      return bar
    }
    return try base.next()
  }
}

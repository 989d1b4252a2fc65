public import OmniKernel
public import OmniLedger
public import OmniModel
import OmniMoney
public import OmniPortfolio
public import OmniRisk
public import OmniTime

/// What came of a run, for reports and for programs.
public struct RunResults: Sendable {
  /// A fill, with what is needed to show it.
  public struct FillRow: Sendable, Hashable {
    /// The zero-based number of the instrument's bar in which it happened.
    public let bar: Int
    /// When.
    public let at: Timestamp
    /// Of which order.
    public let order: OrderIntent
    /// The execution.
    public let fill: Fill
  }

  /// An order that risk refused.
  public struct DenialRow: Sendable, Hashable {
    /// When.
    public let at: Timestamp
    /// The order.
    public let order: OrderIntent
    /// Why.
    public let denial: Denial
  }

  /// An order and how it ended.
  public struct OrderRow: Sendable, Hashable {
    /// When it was let by.
    public let at: Timestamp
    /// The order.
    public let order: OrderIntent
    /// How it stands at the end of the run.
    public var status: Status

    /// How an order stands.
    public enum Status: String, Sendable, Hashable {
      /// On the venue's book, or waiting for its entry.
      case working
      /// Traded.
      case filled
      /// Cancelled.
      case cancelled
      /// Refused by the venue.
      case rejected
    }
  }

  /// A calendar month's gain.
  public struct Month: Sendable, Hashable {
    /// The year.
    public let year: Int
    /// The month, 1 to 12.
    public let month: Int
    /// The equity before it, in minor units.
    public let start: Int128
    /// The equity at its end, in minor units.
    public var end: Int128
  }

  /// One strategy, or all together: money, curve, statistics.
  public struct Part: Sendable {
    /// The strategy's label, or `total`.
    public let name: String
    /// The money at the end, in minor units.
    public let sum: Portfolio.StrategySum
    /// The equity over time.
    public let curve: [CurveSampler.Point]
    /// The months, in order.
    public let months: [Month]
    /// The statistics.
    public let statistics: RunStatistics
  }

  /// A line of the trial balance.
  public struct BalanceRow: Sendable, Hashable {
    /// The account.
    public let account: Account
    /// Its debits and credits.
    public let balance: Ledger.Balance
  }

  /// What was run.
  public let plan: RunPlan
  /// How many of each thing happened.
  public let counts: NodeCounts
  /// When the first bar closed, or nil without bars.
  public let from: Timestamp?
  /// When the last bar closed, or nil without bars.
  public let to: Timestamp?
  /// All strategies together.
  public let total: Part
  /// Each strategy.
  public let parts: [Part]
  /// Every fill, in order.
  public let fills: [FillRow]
  /// Every order that risk let by, in order.
  public let orders: [OrderRow]
  /// Every order that risk refused, in order, up to the limit of the recorder.
  public let denials: [DenialRow]
  /// Every finished round trip, in order.
  public let trades: [ClosedTrade]
  /// For each instrument, its bars, joined where there are many.
  public let charts: [[Bar]]
  /// Accounts that moved, and what they hold.
  public let trialBalance: [BalanceRow]
}

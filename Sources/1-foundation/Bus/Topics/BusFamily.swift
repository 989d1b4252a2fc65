/// The eight families of topics.
@frozen
public enum BusFamily: UInt8, Sendable, CaseIterable {
  /// What the ledger has done.
  case transaction
  /// What venues report.
  case market
  /// What strategies say.
  case signal
  /// The lives of orders.
  case order
  /// Limits, and what came of them.
  case risk
  /// What is held and what it is worth.
  case portfolio
  /// The node itself.
  case system
  /// Keys, access and those who tried.
  case security

  /// How many topics one family has at most.
  public static let topicCountMax = 64

  /// The first part of the family's topic names.
  public var name: String {
    switch self {
    case .transaction: "transaction"
    case .market: "market"
    case .signal: "signal"
    case .order: "order"
    case .risk: "risk"
    case .portfolio: "portfolio"
    case .system: "system"
    case .security: "security"
    }
  }

  /// The family called `name`, or nil.
  public init?(name: String) {
    guard let family = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = family
  }

  /// The Kafka topic that the family's events go to.
  public var kafkaTopic: KafkaTopic {
    switch self {
    case .market: .marketDataStream
    case .signal: .tradingSignals
    case .order: .orderManagement
    case .risk, .security: .riskManagement
    case .transaction, .portfolio: .portfolioUpdates
    case .system: .systemMonitoring
    }
  }
}

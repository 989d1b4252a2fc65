/// The six topics of a Kafka cluster that a bridge writes to.
public enum KafkaTopic: String, Sendable, CaseIterable {
  /// Events of `market.*`.
  case marketDataStream = "market-data-stream"
  /// Events of `signal.*`.
  case tradingSignals = "trading-signals"
  /// Events of `order.*`.
  case orderManagement = "order-management"
  /// Events of `risk.*` and `security.*`.
  case riskManagement = "risk-management"
  /// Events of `transaction.*` and `portfolio.*`.
  case portfolioUpdates = "portfolio-updates"
  /// Events of `system.*`.
  case systemMonitoring = "system-monitoring"
}

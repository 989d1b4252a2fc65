import OmniConfiguration
import OmniMatching
import OmniStorage

/// Every key of the program's configuration: its form, its default, its unit and its meaning.
///
/// What `omni config` explains and what `docs/reference/configuration.md` says comes from here.
enum SettingsKeys {
  static let schema = ConfigurationSchema(
    [
      cash.entry, fillPolicy.entry, segmentMebibytes.entry, durability.entry,
      priceAgeMax.entry, priceCollar.entry, orderQuantityMax.entry, orderNotionalMax.entry,
      positionQuantityMax.entry, positionNotionalMax.entry, grossNotionalMax.entry,
      needsMargin.entry, strategyDrawdownMax.entry, totalDrawdownMax.entry, dailyLossMax.entry,
      ordersPerMinuteMax.entry, workingOrdersMax.entry, refusesDuplicates.entry,
    ])

  // MARK: Backtest

  static let cash = ConfigurationKey(
    "backtest.cash", .decimal(in: amounts, scaleMax: 8), default: 1_000_000,
    unit: "currency of the run", "The capital that each strategy starts with.")

  static let fillPolicy = ConfigurationKey(
    "backtest.fill_policy", policies, default: .omni,
    "What is assumed about how orders are filled inside a bar.")

  // MARK: Journal

  static let segmentMebibytes = ConfigurationKey(
    "journal.segment_mebibytes", .integer(in: 1...1024), default: 64, unit: "MiB",
    "The size of one file of the journal.")

  static let durability = ConfigurationKey(
    "journal.durability", durabilities, default: .process,
    "What a commit survives: the end of the process, or a loss of power too, which is slower.")

  // MARK: Risk

  static let priceAgeMax = ConfigurationKey(
    "risk.price_age_max_seconds", .optional(.integer(in: 1...31_536_000)), default: Int?.none,
    unit: "seconds", "How old the last price may be when an order comes.")

  static let priceCollar = ConfigurationKey(
    "risk.price_collar", .optional(fraction), default: ConfigurationDecimal?.none,
    unit: "fraction of the last price", "How far the price of a limit order may be from the last.")

  static let orderQuantityMax = ConfigurationKey(
    "risk.order_quantity_max", .optional(quantity), default: ConfigurationDecimal?.none,
    unit: "units of the instrument", "The largest order.")

  static let orderNotionalMax = ConfigurationKey(
    "risk.order_notional_max", .optional(money), default: ConfigurationDecimal?.none,
    unit: "currency of the instrument", "The most valuable order.")

  static let positionQuantityMax = ConfigurationKey(
    "risk.position_quantity_max", .optional(quantity), default: ConfigurationDecimal?.none,
    unit: "units of the instrument",
    "The largest position that could come about, long or short, with all working orders filled.")

  static let positionNotionalMax = ConfigurationKey(
    "risk.position_notional_max", .optional(money), default: ConfigurationDecimal?.none,
    unit: "currency of the instrument",
    "The most valuable position that could come about, with all working orders filled.")

  static let grossNotionalMax = ConfigurationKey(
    "risk.gross_notional_max", .optional(money), default: ConfigurationDecimal?.none,
    unit: "currency of the instrument",
    "The largest sum of a strategy's positions by value, long and short added.")

  static let needsMargin = ConfigurationKey(
    "risk.needs_margin", .flag, default: true,
    "Whether an order needs margin or cash behind it.")

  static let strategyDrawdownMax = ConfigurationKey(
    "risk.strategy_drawdown_max", .optional(share), default: ConfigurationDecimal?.none,
    unit: "fraction of the peak",
    "How far a strategy may fall from its peak before it may only reduce.")

  static let totalDrawdownMax = ConfigurationKey(
    "risk.total_drawdown_max", .optional(share), default: ConfigurationDecimal?.none,
    unit: "fraction of the peak",
    "How far all strategies together may fall from their peak before they may only reduce.")

  static let dailyLossMax = ConfigurationKey(
    "risk.daily_loss_max", .optional(share), default: ConfigurationDecimal?.none,
    unit: "fraction of the day's first equity",
    "How much a strategy may lose within one UTC day before it may only reduce.")

  static let ordersPerMinuteMax = ConfigurationKey(
    "risk.orders_per_minute_max", .optional(.integer(in: 1...1_000_000)), default: Int?.none,
    unit: "orders", "How many orders a strategy may send within one minute.")

  static let workingOrdersMax = ConfigurationKey(
    "risk.working_orders_max", .optional(.integer(in: 1...1_000_000)), default: Int?.none,
    unit: "orders", "How many orders of a strategy may work at once.")

  static let refusesDuplicates = ConfigurationKey(
    "risk.refuses_duplicates", .flag, default: false,
    "Whether an order equal to the one before, at the same instant, is refused.")

  // MARK: Kinds

  private static let amounts =
    ConfigurationDecimal(
      coefficient: 1, scale: 2)...ConfigurationDecimal(
      coefficient: 1_000_000_000_000, scale: 0)

  private static let money = ConfigurationKind.decimal(in: amounts, scaleMax: 8)

  private static let quantity = ConfigurationKind.decimal(
    in: ConfigurationDecimal(coefficient: 1, scale: 12)...1_000_000_000_000, scaleMax: 12)

  private static let fraction = ConfigurationKind.decimal(
    in: ConfigurationDecimal(coefficient: 1, scale: 9)...10, scaleMax: 9)

  private static let share = ConfigurationKind.decimal(
    in: ConfigurationDecimal(coefficient: 1, scale: 9)...1, scaleMax: 9)

  private static let policies = ConfigurationKind<FillPolicy>(
    wanted: "one of " + FillPolicy.presets.map(\.name).joined(separator: ", "),
    read: { value in
      if case .string(let name) = value.content { FillPolicy.named(name) } else { nil }
    },
    write: { .string($0.name) })

  private static let durabilities = ConfigurationKind<JournalConfiguration.Durability>(
    wanted: "one of process, power",
    read: { value in
      switch value.content {
      case .string("process"): .process
      case .string("power"): .power
      default: nil
      }
    },
    write: { .string($0 == .power ? "power" : "process") })
}

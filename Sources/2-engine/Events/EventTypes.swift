public import OmniBus
public import OmniModel

/// The topics and schemas of the events that exist.
///
/// The schema of a record of a run is the record's kind, by number and version, so a payload is the
/// record's words, in little-endian order, as the journal holds them.
public enum EventTypes {
  /// A transaction of a ledger; see ``CommitEvent``.
  public static let commit = BusSchema(256, version: 1)

  /// A strategy asked the venue for a cancel.
  public static let orderCancelRequested = BusTopic(.order, 5)
  /// A stop was touched, and the order became a market order.
  public static let orderTriggered = BusTopic(.order, 6)
  /// The venue refused to cancel an order.
  public static let orderCancelRejected = BusTopic(.order, 7)
  /// An order has another size and price because of a corporate action.
  public static let orderAdjusted = BusTopic(.order, 8)
  /// An issuer split, paid, renamed or ended an instrument.
  public static let marketAction = BusTopic(.market, 5)

  /// The topic that records of `kind` go to.
  public static func topic(of kind: RecordKind) -> BusTopic {
    switch kind {
    case .runStarted: .systemStarted
    case .barClosed: .marketBar
    case .corporateAction: marketAction
    case .orderAdjusted: orderAdjusted
    case .orderSubmitted: .orderSubmitted
    case .orderDenied: .riskBreach
    case .cancelRequested: orderCancelRequested
    case .orderAccepted: .orderAccepted
    case .orderRejected: .orderRejected
    case .orderTriggered: orderTriggered
    case .orderFilled: .orderFilled
    case .orderCancelled: .orderCanceled
    case .cancelRejected: orderCancelRejected
    case .runEnded: .systemStopping
    }
  }

  /// The schema of records of `kind`, in the newest version.
  public static func schema(of kind: RecordKind) -> BusSchema { BusSchema(kind.rawValue) }

  /// The names of all topics.
  public static func topics() throws(TopicFailure) -> TopicRegistry {
    var registry = TopicRegistry()
    for (topic, name) in [
      (orderCancelRequested, "order.cancel-requested"), (orderTriggered, "order.triggered"),
      (orderCancelRejected, "order.cancel-rejected"), (orderAdjusted, "order.adjusted"),
      (marketAction, "market.corporate-action"),
    ] {
      let given = try registry.add(name)
      precondition(given == topic, "numbers are given in the order of the names")
    }
    return registry
  }

  /// The names and versions of all schemas.
  public static func schemas() throws(SchemaFailure) -> SchemaRegistry {
    var registry = SchemaRegistry()
    for kind in RecordKind.allCases { try registry.add(kind.rawValue, "\(kind)") }
    try registry.add(commit.id, "commit")
    return registry
  }
}

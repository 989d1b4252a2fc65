public import OmniCrypto
public import OmniEncoding
public import OmniKernel
public import OmniModel
public import OmniRisk

/// Something that a node was told or did, as its journal holds it.
public enum NodeEvent: Sendable, Equatable {
  /// The run began: what it is made of.
  case started(RunPlan)
  /// A bar was closed.
  case bar(Bar)
  /// An issuer split, paid, renamed or ended an instrument.
  case action(CorporateAction)
  /// Risk let an order by, and it went to the venue.
  case submitted(OrderIntent)
  /// Risk refused an order.
  case denied(OrderIntent, Denial)
  /// A strategy asked for a cancel.
  case cancelRequested(OrderID)
  /// The venue has an order.
  case accepted(OrderID)
  /// The venue refused an order.
  case rejected(OrderID, RejectReason)
  /// A stop was touched.
  case triggered(OrderID)
  /// An order was traded, in part or whole.
  case filled(Fill)
  /// An order was cancelled.
  case cancelled(OrderID)
  /// The venue refused to cancel.
  case cancelRejected(OrderID)
  /// An order has another size and price because of a corporate action.
  case adjusted(OrderIntent)
  /// The run ended, in the state with this digest.
  case ended(Digest256)

  /// Reads the words of a record of `kind`, or refuses what makes none.
  ///
  /// - Throws: also if words are left over.
  public init(
    _ kind: RecordKind, decoding source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    switch kind {
    case .runStarted: self = .started(try RunPlan(decoding: &source))
    case .barClosed: self = .bar(try Bar(decoding: &source))
    case .corporateAction: self = .action(try CorporateAction(decoding: &source))
    case .orderAdjusted: self = .adjusted(try OrderIntent(decoding: &source))
    case .orderSubmitted: self = .submitted(try OrderIntent(decoding: &source))
    case .orderDenied:
      self = .denied(try OrderIntent(decoding: &source), try Denial(decoding: &source))
    case .orderFilled: self = .filled(try Fill(decoding: &source))
    case .runEnded:
      self = .ended(
        Digest256(
          words: (
            try source.take(), try source.take(), try source.take(), try source.take()
          )))
    case .orderRejected:
      let order = OrderID(try source.take())
      let word = try source.take()
      guard let reason = UInt8(exactly: word).flatMap(RejectReason.init(rawValue:)) else {
        throw .senseless(word: word, what: "reason of a venue")
      }
      self = .rejected(order, reason)
    case .cancelRequested: self = .cancelRequested(try Self.order(&source))
    case .orderAccepted: self = .accepted(try Self.order(&source))
    case .orderTriggered: self = .triggered(try Self.order(&source))
    case .orderCancelled: self = .cancelled(try Self.order(&source))
    case .cancelRejected: self = .cancelRejected(try Self.order(&source))
    }
  }

  private static func order(
    _ source: inout some WordSource & ~Copyable
  ) throws(WordFailure) -> OrderID {
    let order = OrderID(try source.take())
    let reason = try source.take()
    guard reason == 0 else { throw .senseless(word: reason, what: "note without a reason") }
    return order
  }

  /// What kind of record it is.
  public var kind: RecordKind {
    switch self {
    case .started: .runStarted
    case .bar: .barClosed
    case .action: .corporateAction
    case .adjusted: .orderAdjusted
    case .submitted: .orderSubmitted
    case .denied: .orderDenied
    case .cancelRequested: .cancelRequested
    case .accepted: .orderAccepted
    case .rejected: .orderRejected
    case .triggered: .orderTriggered
    case .filled: .orderFilled
    case .cancelled: .orderCancelled
    case .cancelRejected: .cancelRejected
    case .ended: .runEnded
    }
  }

  /// Puts the words of its record.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    switch self {
    case .started(let plan): plan.encode(into: &sink)
    case .bar(let bar): bar.encode(into: &sink)
    case .action(let action): action.encode(into: &sink)
    case .submitted(let order), .adjusted(let order): order.encode(into: &sink)
    case .denied(let order, let denial): DenialRecord(order, denial).encode(into: &sink)
    case .filled(let fill): fill.encode(into: &sink)
    case .rejected(let order, let reason):
      OrderNote(order, reason: UInt64(reason.rawValue)).encode(into: &sink)
    case .cancelRequested(let order), .accepted(let order), .triggered(let order),
      .cancelled(let order), .cancelRejected(let order):
      OrderNote(order).encode(into: &sink)
    case .ended(let digest):
      for word in [digest.words.0, digest.words.1, digest.words.2, digest.words.3] {
        sink.put(word)
      }
    }
  }

  /// Which order it is about, if it is about one.
  public var order: OrderID? {
    switch self {
    case .submitted(let order), .denied(let order, _), .adjusted(let order): order.id
    case .filled(let fill): fill.order
    case .cancelRequested(let order), .accepted(let order), .rejected(let order, _),
      .triggered(let order), .cancelled(let order), .cancelRejected(let order):
      order
    case .started, .bar, .action, .ended: nil
    }
  }
}

extension Denial {
  /// Reads a refusal back, or refuses words that make none.
  init(decoding source: inout some WordSource & ~Copyable) throws(WordFailure) {
    let word = try source.take()
    let (limit, value) = (try source.takeWide(), try source.takeWide())
    guard let rule = UInt16(exactly: word).flatMap(RiskRule.init(rawValue:)) else {
      throw .senseless(word: word, what: "rule of the risk gate")
    }
    self.init(rule, limit: limit, value: value)
  }
}

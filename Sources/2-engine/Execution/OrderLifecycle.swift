public import OmniModel
public import OmniMoney

/// The life of one order, from its creation until nothing about it can change.
///
/// A pure state machine of three independent fields: where the order stands in its life, whether a
/// change has been asked for, and whether a cancel has. Keeping them apart makes the crossings that
/// venues really produce ordinary: a fill while a cancel is on its way is a fill.
///
///     created ─▶ emulated ─▶ submitted ─▶ accepted ─▶ triggered ─▶ partially filled ─▶ filled
///        │                      │   │         └───────────┴───────────────┴─▶ cancelled, expired
///        ▼                      │   └─▶ rejected
///      denied                   └─▶ unknown ─▶ whatever the venue says when it is asked
///
/// Every transition is a row of ``TransitionTable``; what has no row is refused.
///
/// - Invariant: `filled <= quantity`.
/// - Invariant: a refused event leaves the order as it was.
@frozen
public struct OrderLifecycle: Sendable, Hashable {
  /// Where in its life an order stands.
  @frozen
  public enum Life: UInt8, Sendable, CaseIterable {
    /// Made, and not yet decided on.
    case created
    /// Refused by risk.
    case denied
    /// Held by us until its trigger, for a venue without such a type.
    case emulated
    /// On its way to the venue.
    case submitted
    /// The venue has it.
    case accepted
    /// Its stop was touched.
    case triggered
    /// Some of it was traded.
    case partiallyFilled
    /// All of it was traded.
    case filled
    /// Cancelled, whole or what remained.
    case cancelled
    /// Its time ended.
    case expired
    /// Refused by the venue.
    case rejected
    /// Nobody knows until the venue has been asked.
    case unknown

    /// Whether the order can do nothing more by itself.
    @inlinable
    public var isClosed: Bool {
      switch self {
      case .denied, .filled, .cancelled, .expired, .rejected: true
      case .created, .emulated, .submitted, .accepted, .triggered, .partiallyFilled, .unknown:
        false
      }
    }
  }

  /// Why an event was refused; the order is as it was before.
  @frozen
  public enum Refusal: Error, Equatable, Sendable {
    /// The event has no place in this life.
    case unexpected(OrderEvent.Kind, Life)
    /// The venue reports more than was asked for, by so much.
    case overfill(excess: Quantity)
    /// A fill of nothing.
    case emptyFill
  }

  /// Where the order stands.
  public private(set) var life: Life = .created
  /// Whether a change has been asked for and not been answered.
  public private(set) var isModifyPending = false
  /// Whether a cancel has been asked for and not been answered.
  public private(set) var isCancelPending = false
  /// How much has been traded.
  public private(set) var filled: Quantity = .zero
  /// How much was asked for.
  public let quantity: Quantity

  /// How much is still to be traded.
  public var remaining: Quantity { quantity - filled }

  /// Creates the life of an order for `quantity`.
  ///
  /// - Precondition: `quantity` is greater than zero.
  public init(quantity: Quantity) {
    precondition(quantity > .zero, "an order asks for at least one lot")
    self.quantity = quantity
  }

  /// Restores a life that was written down.
  init?(life: Life, isModifyPending: Bool, isCancelPending: Bool, filled: Quantity, of: Quantity) {
    guard filled <= of, of > .zero else { return nil }
    self.life = life
    self.isModifyPending = isModifyPending
    self.isCancelPending = isCancelPending
    self.filled = filled
    quantity = of
  }

  /// Applies one event, or refuses it and leaves the order untouched.
  ///
  /// - Complexity: O(1), with no allocation.
  public mutating func apply(_ event: OrderEvent) throws(Refusal) {
    var traded = Quantity.zero
    let kind = try kind(of: event, traded: &traded)
    let row = TransitionTable.row(life, kind)
    guard let next = row.next else { throw .unexpected(kind, life) }
    if kind == .cancelRejected && !isCancelPending { throw .unexpected(kind, life) }
    if (kind == .modifyRejected || kind == .modified) && !isModifyPending {
      throw .unexpected(kind, life)
    }

    // Everything that can fail is decided: from here on it is only stored.
    life = next
    filled = filled + traded
    switch kind {
    case .cancelRequested: isCancelPending = true
    case .cancelRejected: isCancelPending = false
    case .modifyRequested: isModifyPending = true
    case .modifyRejected, .modified: isModifyPending = false
    default: break
    }
    if next.isClosed {
      isCancelPending = false
      isModifyPending = false
    }
  }

  /// The row of the table that `event` is, and how much it trades.
  private func kind(
    of event: OrderEvent, traded: inout Quantity
  ) throws(Refusal) -> OrderEvent.Kind {
    switch event {
    case .denied: return .denied
    case .emulated: return .emulated
    case .submitted: return .submitted
    case .accepted: return .accepted
    case .rejected: return .rejected
    case .triggered: return .triggered
    case .cancelRequested: return .cancelRequested
    case .cancelRejected: return .cancelRejected
    case .cancelled: return .cancelled
    case .expired: return .expired
    case .modifyRequested: return .modifyRequested
    case .modifyRejected: return .modifyRejected
    case .modified: return .modified
    case .lost: return .lost
    case .filled(let quantity):
      guard quantity > .zero else { throw .emptyFill }
      guard quantity <= remaining else { throw .overfill(excess: quantity - remaining) }
      traded = quantity
      return quantity == remaining ? .filledWhole : .filledInPart
    }
  }
}

extension OrderLifecycle.Refusal: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .unexpected(let kind, let life): "\(kind) has no place in the life \(life)"
    case .overfill(let excess): "\(excess.lots) lots more than were asked for"
    case .emptyFill: "a fill of no lots, wanted at least one"
    }
  }
}

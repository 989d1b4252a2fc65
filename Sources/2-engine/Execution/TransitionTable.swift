public import OmniModel

/// Where each event leads from each stage of an order's life, as data.
///
/// The table is the specification: the state machine looks it up, the documentation prints it, and
/// the tests walk all of it.
public enum TransitionTable {
  /// A legal step.
  public struct Row: Sendable, Hashable {
    /// The stage that the order is in.
    public let from: OrderLifecycle.Life
    /// What happens.
    public let on: OrderEvent.Kind
    /// The stage that follows.
    public let to: OrderLifecycle.Life

    init(_ from: OrderLifecycle.Life, _ on: OrderEvent.Kind, _ to: OrderLifecycle.Life) {
      self.from = from
      self.on = on
      self.to = to
    }
  }

  /// What the table says of one stage and event.
  @frozen
  public struct Answer: Sendable, Hashable {
    /// The stage that follows, or nil when the event is refused.
    public let next: OrderLifecycle.Life?

    @usableFromInline
    init(next: OrderLifecycle.Life?) { self.next = next }
  }

  /// Every legal step; what is not listed is refused.
  public static let rows: [Row] = atHome + atVenue + afterTheEnd

  /// Before the venue has said anything.
  private static let atHome: [Row] = [
    Row(.created, .denied, .denied),
    Row(.created, .emulated, .emulated),
    Row(.created, .submitted, .submitted),
    Row(.emulated, .submitted, .submitted),
    Row(.emulated, .cancelRequested, .emulated),
    Row(.emulated, .cancelled, .cancelled),
    Row(.emulated, .expired, .expired),
    Row(.emulated, .modifyRequested, .emulated),
    Row(.emulated, .modified, .emulated),
    Row(.emulated, .modifyRejected, .emulated),
    Row(.emulated, .denied, .denied),
  ]

  /// While the venue may have it.
  ///
  /// A lost order may turn out to be in any of these stages, and some venues report a fill or a
  /// trigger before they acknowledge.
  private static let atVenue: [Row] =
    open(.submitted, acknowledged: .accepted)
    + open(.accepted, acknowledged: nil)
    + open(.triggered, acknowledged: nil)
    + open(.partiallyFilled, acknowledged: nil)
    + open(.unknown, acknowledged: .accepted)
    + [
      Row(.submitted, .rejected, .rejected),
      Row(.unknown, .rejected, .rejected),
      Row(.submitted, .triggered, .triggered),
      Row(.accepted, .triggered, .triggered),
      Row(.unknown, .triggered, .triggered),
    ]

  private static func open(
    _ life: OrderLifecycle.Life, acknowledged: OrderLifecycle.Life?
  ) -> [Row] {
    var rows = [
      Row(life, .filledInPart, .partiallyFilled), Row(life, .filledWhole, .filled),
      Row(life, .cancelRequested, life), Row(life, .cancelRejected, life),
      Row(life, .cancelled, .cancelled), Row(life, .expired, .expired),
      Row(life, .modifyRequested, life), Row(life, .modifyRejected, life),
      Row(life, .modified, life), Row(life, .lost, .unknown),
    ]
    if let acknowledged { rows.append(Row(life, .accepted, acknowledged)) }
    return rows
  }

  /// A trade that crossed the end on its way is still a trade: the position has changed.
  private static let afterTheEnd: [Row] = [
    Row(.cancelled, .filledInPart, .cancelled),
    Row(.cancelled, .filledWhole, .filled),
    Row(.expired, .filledInPart, .expired),
    Row(.expired, .filledWhole, .filled),
  ]

  /// The stages by stage and event, flattened; 255 where there is no row.
  private static let cells: [UInt8] = {
    let width = OrderEvent.Kind.allCases.count
    var cells = [UInt8](repeating: .max, count: OrderLifecycle.Life.allCases.count * width)
    for row in rows {
      cells[Int(row.from.rawValue) * width + Int(row.on.rawValue)] = row.to.rawValue
    }
    return cells
  }()

  /// What the table says of `life` and `kind`.
  ///
  /// - Complexity: O(1), with no allocation.
  public static func row(_ life: OrderLifecycle.Life, _ kind: OrderEvent.Kind) -> Answer {
    let width = OrderEvent.Kind.allCases.count
    return Answer(
      next: OrderLifecycle.Life(rawValue: cells[Int(life.rawValue) * width + Int(kind.rawValue)]))
  }
}

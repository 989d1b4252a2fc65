public import OmniEncoding
public import OmniModel
public import OmniRisk

// The payloads of the journal's records, by `RecordKind`.

/// The payload of `barClosed`.
@frozen
public struct BarRecord: JournalPayload {
  /// The bar.
  public let bar: Bar

  /// Wraps a bar.
  @inlinable
  public init(_ bar: Bar) { self.bar = bar }

  /// As many as a bar has.
  @inlinable
  public var wordCount: Int { Bar.wordCount }

  /// Puts the bar.
  @inlinable
  public func encode(into sink: inout some WordSink & ~Copyable) { bar.encode(into: &sink) }
}

/// The payload of `corporateAction`.
public struct ActionRecord: JournalPayload {
  /// The action.
  public let action: CorporateAction

  /// Wraps an action.
  public init(_ action: CorporateAction) { self.action = action }

  /// As many as the action has.
  public var wordCount: Int { action.wordCount }

  /// Puts the action.
  public func encode(into sink: inout some WordSink & ~Copyable) { action.encode(into: &sink) }
}

/// The payload of `orderSubmitted` and `orderAdjusted`.
@frozen
public struct OrderRecord: JournalPayload {
  /// The order.
  public let order: OrderIntent

  /// Wraps an order.
  @inlinable
  public init(_ order: OrderIntent) { self.order = order }

  /// As many as an order has.
  @inlinable
  public var wordCount: Int { OrderIntent.wordCount }

  /// Puts the order.
  @inlinable
  public func encode(into sink: inout some WordSink & ~Copyable) { order.encode(into: &sink) }
}

/// The payload of `orderDenied`.
@frozen
public struct DenialRecord: JournalPayload {
  /// The order that was refused.
  public let order: OrderIntent
  /// Why.
  public let denial: Denial

  /// Wraps a refusal.
  @inlinable
  public init(_ order: OrderIntent, _ denial: Denial) {
    self.order = order
    self.denial = denial
  }

  /// An order, a rule, a limit and a value.
  @inlinable
  public var wordCount: Int { OrderIntent.wordCount + 5 }

  /// Puts order and refusal.
  @inlinable
  public func encode(into sink: inout some WordSink & ~Copyable) {
    order.encode(into: &sink)
    sink.put(UInt64(denial.rule.rawValue))
    sink.put(denial.limit)
    sink.put(denial.value)
  }
}

/// The payload of `orderFilled`.
@frozen
public struct FillRecord: JournalPayload {
  /// The execution.
  public let fill: Fill

  /// Wraps an execution.
  @inlinable
  public init(_ fill: Fill) { self.fill = fill }

  /// As many as a fill has.
  @inlinable
  public var wordCount: Int { Fill.wordCount }

  /// Puts the execution.
  @inlinable
  public func encode(into sink: inout some WordSink & ~Copyable) { fill.encode(into: &sink) }
}

/// The payload of the other records about an order: its number, and a reason where there is one.
@frozen
public struct OrderNote: JournalPayload {
  /// The order.
  public let order: OrderID
  /// A `RejectReason` for `orderRejected`, else 0.
  public let reason: UInt64

  /// Wraps a number and a reason.
  @inlinable
  public init(_ order: OrderID, reason: UInt64 = 0) {
    self.order = order
    self.reason = reason
  }

  /// Two.
  @inlinable
  public var wordCount: Int { 2 }

  /// Puts number and reason.
  @inlinable
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(order.value)
    sink.put(reason)
  }
}

/// A payload whose words were made beforehand: the run's plan and its final digest.
public struct PreparedRecord: JournalPayload {
  /// The words.
  public let words: [UInt64]

  /// Wraps words.
  public init(_ words: [UInt64]) { self.words = words }

  /// As many as there are.
  public var wordCount: Int { words.count }

  /// Puts the words.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    for word in words { sink.put(word) }
  }
}

import OmniExecution
import OmniModel
import OmniMoney
import OmniTestKit
import Testing

@Suite("OrderLifecycle")
struct OrderLifecycleTests {
  typealias Life = OrderLifecycle.Life
  typealias Refusal = OrderLifecycle.Refusal

  // MARK: Examples

  @Test func `an order that is filled in two parts ends as filled`() throws {
    var order = OrderLifecycle(quantity: lots(10))

    try order.apply(.submitted, .accepted, .filled(lots(4)))
    #expect(order.life == .partiallyFilled)
    #expect(order.remaining == lots(6))

    try order.apply(.filled(lots(6)))
    #expect(order.life == .filled)
    #expect(order.remaining == .zero)
  }

  @Test func `a fill that crosses our cancel request counts, and the cancel stays asked for`()
    throws
  {
    var order = OrderLifecycle(quantity: lots(10))

    try order.apply(.submitted, .accepted, .cancelRequested, .filled(lots(3)))
    #expect(order.life == .partiallyFilled)
    #expect(order.isCancelPending)

    try order.apply(.cancelled)
    #expect(order.life == .cancelled)
    #expect(order.filled == lots(3))
    #expect(!order.isCancelPending)
  }

  @Test func `a fill that fills an order whole answers every pending request`() throws {
    var order = OrderLifecycle(quantity: lots(2))

    try order.apply(.submitted, .cancelRequested, .modifyRequested, .filled(lots(2)))

    #expect(order.life == .filled)
    #expect(!order.isCancelPending && !order.isModifyPending)
  }

  @Test func `a fill larger than what remains is an overfill by the difference`() throws {
    var order = OrderLifecycle(quantity: lots(5))
    try order.apply(.submitted, .accepted, .filled(lots(3)))

    #expect(throws: Refusal.overfill(excess: lots(2))) { try order.apply(.filled(lots(4))) }
    #expect(order.filled == lots(3))
  }

  @Test func `a fill of nothing is refused`() throws {
    var order = OrderLifecycle(quantity: lots(5))
    try order.apply(.submitted, .accepted)

    #expect(throws: Refusal.emptyFill) { try order.apply(.filled(.zero)) }
  }

  @Test func `fills that arrive after a cancel are counted until the order is whole`() throws {
    var order = OrderLifecycle(quantity: lots(5))
    try order.apply(.submitted, .accepted, .cancelled)

    try order.apply(.filled(lots(2)))
    #expect(order.life == .cancelled)
    #expect(order.filled == lots(2))

    try order.apply(.filled(lots(3)))
    #expect(order.life == .filled)
  }

  @Test func `a lost order becomes what the venue says it is`() throws {
    let answers: [(OrderEvent, Life)] = [
      (.accepted, .accepted), (.rejected, .rejected), (.triggered, .triggered),
      (.filled(lots(1)), .partiallyFilled), (.filled(lots(2)), .filled),
      (.cancelled, .cancelled), (.expired, .expired), (.lost, .unknown),
    ]
    for (answer, life) in answers {
      var order = OrderLifecycle(quantity: lots(2))
      try order.apply(.submitted, .lost, answer)
      #expect(order.life == life, "\(answer)")
    }
  }

  @Test func `what an order refuses is said in one line`() {
    #expect(
      Refusal.unexpected(.modified, .filled).description
        == "modified has no place in the life filled")
    #expect(Refusal.overfill(excess: lots(2)).description == "2 lots more than were asked for")
    #expect(Refusal.emptyFill.description == "a fill of no lots, wanted at least one")
  }

  // MARK: The whole table

  @Test func `every step in the table is taken, and every other is refused`() throws {
    for life in Life.allCases {
      for (isCancelPending, isModifyPending) in flags(of: life) {
        for kind in OrderEvent.Kind.allCases {
          var order = try lifecycle(life, isCancelPending, isModifyPending)
          let before = order
          let (event, traded) = event(of: kind, remaining: order.remaining)
          let wanted = expectation(life, kind, isCancelPending, isModifyPending)
          let words: Comment =
            "\(kind) in \(life), cancel \(isCancelPending), modify \(isModifyPending)"
          switch wanted {
          case .refusal(let refusal):
            #expect(throws: refusal, words) { try order.apply(event) }
            #expect(order == before, words)
          case .step(let next, let isCancelPending, let isModifyPending):
            try order.apply(event)
            #expect(order.life == next, words)
            #expect(order.isCancelPending == isCancelPending, words)
            #expect(order.isModifyPending == isModifyPending, words)
            #expect(order.filled == before.filled + traded, words)
          }
        }
      }
    }
  }

  @Test func `an overfill is refused in every life, before anything else is asked`() throws {
    for life in Life.allCases {
      var order = try lifecycle(life, false, false)
      let before = order
      #expect(throws: Refusal.overfill(excess: lots(1)), "\(life)") {
        try order.apply(.filled(order.remaining + lots(1)))
      }
      #expect(order == before, "\(life)")
    }
  }

  @Test func `the rows of the table say each step once, and no other`() {
    var seen: Set<TransitionTable.Row> = []
    for row in TransitionTable.rows {
      #expect(seen.insert(row).inserted, "\(row.from) on \(row.on) stands twice")
      #expect(table[row.from]?[row.on] == row.to, "\(row.from) on \(row.on)")
      #expect(TransitionTable.row(row.from, row.on).next == row.to)
    }
    #expect(seen.count == table.values.reduce(0) { $0 + $1.count })
  }

  // MARK: Properties

  @Test func `no sequence of events breaks the invariants`() {
    for seed in UInt64(0)..<500 {
      var random = SeededRandom(seed: seed)
      var order = OrderLifecycle(quantity: lots(12))
      for step in 1...40 {
        let before = order
        let (event, isFill) = randomEvent(&random)
        let isTaken = (try? order.apply(event)) != nil
        let words: Comment = "seed \(seed), step \(step): \(event) in \(before.life)"

        if order.filled > order.quantity || order.filled + order.remaining != order.quantity {
          Issue.record("\(words): filled is above quantity")
        }
        if !isTaken && order != before { Issue.record("\(words) was refused and changed it") }
        if isTaken && before.life.isClosed {
          let isLate = isFill && (before.life == .cancelled || before.life == .expired)
          if !isLate { Issue.record("\(words) was taken by a closed order") }
        }
        if order.life.isClosed && (order.isCancelPending || order.isModifyPending) {
          Issue.record("\(words) left a request pending on a closed order")
        }
        if (order.life == .filled) != (order.remaining == .zero) {
          Issue.record("\(words): filled and life disagree")
        }
      }
    }
  }
}

// MARK: - The specification, written by hand

private let columns: [OrderEvent.Kind] = [
  .denied, .emulated, .submitted, .accepted, .rejected, .triggered, .filledInPart, .filledWhole,
  .cancelRequested, .cancelRejected, .cancelled, .expired,
  .modifyRequested, .modifyRejected, .modified, .lost,
]

private let letters: [Character: OrderLifecycle.Life] = [
  "c": .created, "d": .denied, "e": .emulated, "s": .submitted, "a": .accepted, "t": .triggered,
  "p": .partiallyFilled, "f": .filled, "x": .cancelled, "z": .expired, "r": .rejected,
  "u": .unknown,
]

/// A row for each life, a column for each kind in the order of `columns`; a dot is refused.
private let rows: [(OrderLifecycle.Life, String)] = [
  (.created, "d e s . . . . .   . . . .   . . . ."),
  (.denied, ". . . . . . . .   . . . .   . . . ."),
  (.emulated, "d . s . . . . .   e . x z   e e e ."),
  (.submitted, ". . . a r t p f   s s x z   s s s u"),
  (.accepted, ". . . . . t p f   a a x z   a a a u"),
  (.triggered, ". . . . . . p f   t t x z   t t t u"),
  (.partiallyFilled, ". . . . . . p f   p p x z   p p p u"),
  (.filled, ". . . . . . . .   . . . .   . . . ."),
  (.cancelled, ". . . . . . x f   . . . .   . . . ."),
  (.expired, ". . . . . . z f   . . . .   . . . ."),
  (.rejected, ". . . . . . . .   . . . .   . . . ."),
  (.unknown, ". . . a r t p f   u u x z   u u u u"),
]

private let table: [OrderLifecycle.Life: [OrderEvent.Kind: OrderLifecycle.Life]] = {
  var table: [OrderLifecycle.Life: [OrderEvent.Kind: OrderLifecycle.Life]] = [:]
  for (life, text) in rows {
    for (kind, letter) in zip(columns, text.filter { $0 != " " }) {
      table[life, default: [:]][kind] = letters[letter]
    }
  }
  return table
}()

private enum Expectation {
  case refusal(OrderLifecycle.Refusal)
  case step(OrderLifecycle.Life, isCancelPending: Bool, isModifyPending: Bool)
}

private func expectation(
  _ life: OrderLifecycle.Life, _ kind: OrderEvent.Kind, _ isCancelPending: Bool,
  _ isModifyPending: Bool
) -> Expectation {
  let isFill = kind == .filledInPart || kind == .filledWhole
  if isFill && life == .filled { return .refusal(.overfill(excess: lots(1))) }
  guard let next = table[life]?[kind] else { return .refusal(.unexpected(kind, life)) }
  let answersNothing =
    kind == .cancelRejected && !isCancelPending
    || (kind == .modified || kind == .modifyRejected) && !isModifyPending
  if answersNothing { return .refusal(.unexpected(kind, life)) }
  let isOpen = !"dfxzr".contains { letters[$0] == next }
  let isCancelWanted = kind == .cancelRequested || isCancelPending && kind != .cancelRejected
  let isModifyWanted =
    kind == .modifyRequested || isModifyPending && kind != .modified && kind != .modifyRejected
  return .step(
    next, isCancelPending: isOpen && isCancelWanted, isModifyPending: isOpen && isModifyWanted)
}

/// The event of `kind` for an order of which so much remains, and what it trades.
private func event(of kind: OrderEvent.Kind, remaining: Quantity) -> (OrderEvent, Quantity) {
  switch kind {
  case .denied: (.denied, .zero)
  case .emulated: (.emulated, .zero)
  case .submitted: (.submitted, .zero)
  case .accepted: (.accepted, .zero)
  case .rejected: (.rejected, .zero)
  case .triggered: (.triggered, .zero)
  case .filledInPart: (.filled(lots(1)), lots(1))
  case .filledWhole: (.filled(max(lots(1), remaining)), max(lots(1), remaining))
  case .cancelRequested: (.cancelRequested, .zero)
  case .cancelRejected: (.cancelRejected, .zero)
  case .cancelled: (.cancelled, .zero)
  case .expired: (.expired, .zero)
  case .modifyRequested: (.modifyRequested, .zero)
  case .modifyRejected: (.modifyRejected, .zero)
  case .modified: (.modified, .zero)
  case .lost: (.lost, .zero)
  }
}

/// A way to reach each life, for an order of three lots.
private let paths: [OrderLifecycle.Life: [OrderEvent]] = [
  .created: [],
  .denied: [.denied],
  .emulated: [.emulated],
  .submitted: [.submitted],
  .accepted: [.submitted, .accepted],
  .triggered: [.submitted, .accepted, .triggered],
  .partiallyFilled: [.submitted, .filled(lots(1))],
  .filled: [.submitted, .filled(lots(3))],
  .cancelled: [.submitted, .cancelled],
  .expired: [.submitted, .accepted, .expired],
  .rejected: [.submitted, .rejected],
  .unknown: [.submitted, .lost],
]

/// The pairs of pending cancel and pending modify that a life can have.
private func flags(of life: OrderLifecycle.Life) -> [(Bool, Bool)] {
  switch life {
  case .emulated, .submitted, .accepted, .triggered, .partiallyFilled, .unknown:
    [(false, false), (true, false), (false, true), (true, true)]
  case .created, .denied, .filled, .cancelled, .expired, .rejected: [(false, false)]
  }
}

private func lifecycle(
  _ life: OrderLifecycle.Life, _ isCancelPending: Bool, _ isModifyPending: Bool
) throws -> OrderLifecycle {
  var order = OrderLifecycle(quantity: lots(3))
  for event in try #require(paths[life]) { try order.apply(event) }
  if isCancelPending { try order.apply(.cancelRequested) }
  if isModifyPending { try order.apply(.modifyRequested) }
  try #require(order.life == life)
  try #require(order.isCancelPending == isCancelPending)
  try #require(order.isModifyPending == isModifyPending)
  return order
}

private func randomEvent(_ random: inout SeededRandom) -> (OrderEvent, isFill: Bool) {
  // Twice as many fills as of any other kind, and some that are too large or empty.
  let choice = Int(random.next() % 20)
  if choice >= columns.count { return (.filled(lots(Int64(random.next() % 8))), true) }
  let kind = columns[choice]
  let isFill = kind == .filledInPart || kind == .filledWhole
  return (event(of: kind, remaining: lots(Int64(random.next() % 13))).0, isFill)
}

extension OrderLifecycle {
  /// Applies `events` one after the other.
  fileprivate mutating func apply(_ events: OrderEvent...) throws {
    for event in events { try apply(event) }
  }
}

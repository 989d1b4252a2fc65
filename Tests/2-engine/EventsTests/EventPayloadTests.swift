import OmniBus
import OmniCrypto
import OmniEncoding
import OmniEvents
import OmniKernel
import OmniLedger
import OmniLedgerStore
import OmniMatching
import OmniModel
import OmniMoney
import OmniRisk
import OmniTestKit
import OmniTime
import Testing

@Suite("Event types")
struct EventPayloadTests {
  static func order(_ random: inout SeededRandom) -> OrderIntent {
    OrderIntent(
      id: OrderID(random.next()), strategy: StrategyID(3), instrument: InstrumentID(7),
      terms: .init(
        .sell, .limit, Quantity(lots: Int64.random(in: 0...Int64.max, using: &random)),
        price: Price(ticks: Int64.random(in: Int64.min...Int64.max, using: &random)),
        isReduceOnly: true))
  }

  /// One event of each kind.
  static func events(seed: UInt64) throws -> [NodeEvent] {
    var random = SeededRandom(seed: seed)
    let id = OrderID(random.next())
    let bar = Bar(
      instrument: InstrumentID(1), closedAt: Timestamp(nanoseconds: .max),
      prices: OpenHighLowClose(
        open: Price(ticks: 5), high: Price(ticks: 9), low: Price(ticks: -3),
        close: Price(ticks: 4)), volume: .max)
    let plan = RunPlan(
      instruments: [try InstrumentCatalogue.builtIn.instrument("btc-perp")],
      strategies: [
        .init(
          label: "a \"b\"", strategy: "ema-cross", parameters: [.init("fast", "1")],
          instruments: [InstrumentID(0)], capital: .max)
      ], policy: .omni, limits: .research, currency: .usdt)
    return [
      .started(plan), .bar(bar), .submitted(order(&random)),
      .action(try #require(action(Int(seed)))), .adjusted(order(&random)),
      .denied(order(&random), Denial(.margin, limit: .min, value: .max)),
      .cancelRequested(id), .accepted(id), .rejected(id, .tooManyOrders), .triggered(id),
      .filled(
        Fill(
          trade: TradeID(1), order: id, quantity: Quantity(lots: 3), price: Price(ticks: -1),
          liquidity: .maker, fee: -7)),
      .cancelled(id), .cancelRejected(id),
      .ended(Digest256(words: (random.next(), 2, 3, .max))),
    ]
  }

  /// A corporate action of each kind in turn.
  static func action(_ number: Int) -> CorporateAction? {
    let change: CorporateAction.Change? =
      switch number % 4 {
      case 0: SplitRatio(new: 7, old: 1).map { .split($0) }
      case 1: .dividend(FixedDecimal(coefficient: 329, scale: 2))
      case 2: .symbolChange("another-name-of-it")
      default: .delisting(Price(ticks: 0))
      }
    return change.flatMap {
      CorporateAction($0, of: InstrumentID(3), at: Timestamp(nanoseconds: -1))
    }
  }

  static func commits(seed: UInt64) -> [CommitEvent] {
    var random = SeededRandom(seed: seed)
    return (0..<4).map { number in
      var transaction = Transaction(
        id: TransactionID(low: random.next(), high: random.next()),
        sender: AccountKey(1), legs: [], nonce: 1, timestamp: -5)
      transaction.flags = number == 0 ? [] : [.pending, .imported]
      return CommitEvent(
        LedgerEntry(
          ordinal: UInt64(number + 1), transaction: transaction,
          postings: (0..<number * 5).map { Posting(debit: UInt32($0), credit: .max, amount: .max) },
          resolves: number == 2 ? TransactionID(9) : nil))
    }
  }

  @Test func `every event comes back from its bytes, and has a topic and a schema`() throws {
    let topics = try EventTypes.topics()
    let schemas = try EventTypes.schemas()
    var kinds: Set<RecordKind> = []
    for seed: UInt64 in 0..<20 {
      let events = try Self.events(seed: seed)
      for payload in events.map({ EventPayload.node($0) })
        + Self.commits(seed: seed).map({ EventPayload.commit($0) })
      {
        #expect(try EventPayload(payload.schema, payload.bytes) == payload)
        #expect(topics.name(of: payload.topic) != nil)
        #expect(schemas.newest(payload.schema.id) == payload.schema)
        #expect(try schemas.upcast(payload.bytes, payload.schema).bytes == payload.bytes)
        if case .node(let event) = payload { kinds.insert(event.kind) }
      }
    }
    #expect(kinds == Set(RecordKind.allCases))
    let names = RecordKind.allCases.compactMap { topics.name(of: EventTypes.topic(of: $0)) }
    #expect(Set(names).count == RecordKind.allCases.count)
    #expect(
      names == [
        "system.started", "market.bar", "market.corporate-action", "order.submitted", "risk.breach",
        "order.cancel-requested", "order.accepted", "order.rejected", "order.triggered",
        "order.filled", "order.canceled", "order.cancel-rejected", "order.adjusted",
        "system.stopping",
      ])
  }

  @Test func `bytes that are cut, too long or senseless are refused with a reason`() throws {
    let payloads =
      try Self.events(seed: 1).map { EventPayload.node($0) }
      + Self.commits(seed: 1).map { EventPayload.commit($0) }
    func code(_ schema: BusSchema, _ bytes: [UInt8]) -> String? {
      do throws(EventPayload.Failure) {
        _ = try EventPayload(schema, bytes)
        return nil
      } catch {
        #expect("\(error)".hasPrefix(error.code + ": "))
        return error.code
      }
    }
    for payload in payloads {
      let bytes = payload.bytes
      for count in 0..<bytes.count {
        #expect(code(payload.schema, Array(bytes[..<count])) == "EVT-004")
      }
      #expect(code(payload.schema, bytes + [UInt8](repeating: 0, count: 8)) == "EVT-004")
      #expect(code(BusSchema(payload.schema.id, version: 2), bytes) == "EVT-003")
      #expect(code(BusSchema(payload.schema.id, version: 0), bytes) == "EVT-003")
    }
    for id: UInt16 in [0, 4, 15, 49, 255, 257, .max] {
      #expect(code(BusSchema(id), []) == "EVT-003")
    }
    // A reason where none belongs, an unknown rule, flag or account, an ordinal of zero.
    func word(_ payload: EventPayload, _ place: Int, _ value: UInt64) -> String? {
      var bytes = payload.bytes
      for offset in 0..<8 {
        bytes[place * 8 + offset] = UInt8(truncatingIfNeeded: value >> UInt64(8 * offset))
      }
      return code(payload.schema, bytes)
    }
    #expect(word(.node(.accepted(OrderID(1))), 1, 1) == "EVT-004")
    #expect(word(.node(.rejected(OrderID(1), .noMarket)), 1, 0) == "EVT-004")
    #expect(word(payloads[5], 7, 1) == "EVT-004")
    let commit = EventPayload.commit(Self.commits(seed: 1)[1])
    #expect(word(commit, 0, 0) == "EVT-004" && word(commit, 6, 1 << 8) == "EVT-004")
    #expect(word(commit, 7, 17) == "EVT-004" && word(commit, 8, 1 << 32) == "EVT-004")
    #expect(word(commit, 11, 1 << 63) == "EVT-004" && word(commit, 7, 5) == nil)
  }

  @Test func `no bytes at all make the reader fail otherwise`() {
    var random = SeededRandom(seed: 77)
    for _ in 0..<20_000 {
      let id = UInt16.random(in: 0...60, using: &random)
      let count = Int.random(in: 0...30, using: &random)
      let bytes = (0..<count * 8).map { _ in
        UInt8.random(in: 0...255, using: &random) & (random.next() % 3 == 0 ? 255 : 1)
      }
      let schema = BusSchema(id == 60 ? 256 : id)
      guard let payload = try? EventPayload(schema, bytes) else { continue }
      // What is read is written the same again, but for bits that have no meaning.
      #expect((try? EventPayload(payload.schema, payload.bytes)) == payload)
    }
  }
}

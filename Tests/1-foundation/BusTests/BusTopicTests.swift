import OmniBus
import Testing

@Suite("BusTopic")
struct BusTopicTests {
  @Test func `numbers are dense, and each is one family and one place`() throws {
    var seen: Set<UInt16> = []
    for family in BusFamily.allCases {
      for index in UInt8(0)..<64 {
        let topic = BusTopic(family, index)
        #expect(topic.family == family && topic.index == index)
        #expect(BusTopic(id: topic.id) == topic)
        seen.insert(topic.id)
      }
    }
    #expect(seen == Set(0...BusTopic.idMax))
    #expect(BusTopic(id: BusTopic.idMax + 1) == nil)
    #expect(BusTopic(id: .max) == nil)
  }

  @Test func `numbers that others have stored do not change`() {
    #expect(BusTopic.transactionCommit.id == 0)
    #expect(BusTopic.marketTrade.id == 64)
    #expect(BusTopic.signalGenerated.id == 128)
    #expect(BusTopic.orderFilled.id == 194)
    #expect(BusTopic.riskBreach.id == 256)
    #expect(BusTopic.portfolioPosition.id == 320)
    #expect(BusTopic.systemHealth.id == 384)
    #expect(BusTopic.securityKeyRotated.id == 448)
  }

  @Test func `each family goes to its Kafka topic`() {
    let table: [BusFamily: String] = [
      .transaction: "portfolio-updates", .market: "market-data-stream",
      .signal: "trading-signals", .order: "order-management", .risk: "risk-management",
      .portfolio: "portfolio-updates", .system: "system-monitoring",
      .security: "risk-management",
    ]
    for family in BusFamily.allCases {
      #expect(BusTopic(family, 9).kafkaTopic.rawValue == table[family])
      #expect(BusFamily(name: family.name) == family)
    }
    #expect(KafkaTopic.allCases.count == 6)
    #expect(BusFamily(name: "Market") == nil)
  }
}

@Suite("TopicRegistry")
struct TopicRegistryTests {
  @Test func `well-known topics have the names of the field`() throws {
    let registry = TopicRegistry()
    for (name, topic) in [
      ("transaction.commit", BusTopic.transactionCommit), ("market.trade", .marketTrade),
      ("market.book", .marketBook), ("market.bar", .marketBar),
      ("order.submitted", .orderSubmitted), ("order.filled", .orderFilled),
      ("risk.breach", .riskBreach), ("portfolio.position", .portfolioPosition),
      ("system.health", .systemHealth), ("security.key-rotated", .securityKeyRotated),
    ] {
      #expect(registry.topic(named: name) == topic)
      #expect(registry.name(of: topic) == name)
    }
    let names = registry.all.compactMap { registry.name(of: $0) }
    #expect(Set(names).count == registry.all.count && registry.all.count == 25)
  }

  @Test func `added topics follow in their family until it is full`() throws {
    var registry = TopicRegistry()
    let first = try registry.add("market.funding-rate")
    #expect(first == BusTopic(.market, 5))
    #expect(try registry.add("market.funding-rate") == first)
    for number in 6..<64 { try registry.add("market.extra\(number)") }
    let full = registry
    #expect(throws: TopicFailure.familyFull(family: .market, limit: 64)) {
      try registry.add("market.one-more")
    }
    #expect(registry == full)
  }

  @Test func `names of another form are refused`() {
    for name in [
      "", "market", "market.", ".trade", "market.trade.x", "Market.trade", "market.Trade",
      "market.tra de", "market.-a", "market.a-", "market.a--b", "market.*", "nobody.trade",
      "market.é", "market." + String(repeating: "a", count: 60),
    ] {
      var registry = TopicRegistry()
      #expect(throws: TopicFailure.self, "\(name)") { try registry.add(name) }
      #expect(registry == TopicRegistry())
    }
  }
}

@Suite("BusFilter")
struct BusFilterTests {
  @Test func `a filter agrees with a set of topics, for every topic`() throws {
    let registry = TopicRegistry()
    let every = (0...BusTopic.idMax).compactMap { BusTopic(id: $0) }
    func check(_ filter: BusFilter, _ wanted: (BusTopic) -> Bool) {
      #expect(every.allSatisfy { filter.contains($0) == wanted($0) })
    }
    check(.all) { _ in true }
    check(.none) { _ in false }
    for family in BusFamily.allCases {
      check(.family(family)) { $0.family == family }
      check(try registry.filter(family.name + ".*")) { $0.family == family }
    }
    for topic in every { check(.topics(topic)) { $0 == topic } }
    check(.family(.risk).union(.topics(.marketBar))) { $0.family == .risk || $0 == .marketBar }
    check(try registry.filter("*")) { _ in true }
    check(try registry.filter("order.filled")) { $0 == .orderFilled }
    #expect(throws: TopicFailure.unknown(name: "order.lost")) {
      try registry.filter("order.lost")
    }
    #expect(throws: TopicFailure.unknown(name: "x.*")) { try registry.filter("x.*") }
    #expect(BusFilter.all.isAll && !BusFilter.family(.risk).isAll)
  }
}

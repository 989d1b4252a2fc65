import OmniBus
import Testing

@Suite("SchemaRegistry")
struct SchemaRegistryTests {
  @Test func `an old payload is brought to the newest version step by step`() throws {
    var registry = SchemaRegistry()
    let newest = try registry.add(
      7, "trade", steps: [{ $0 + [2] }, { $0.first == 99 ? nil : $0 + [3] }])

    #expect(newest == BusSchema(7, version: 3))
    #expect(registry.newest(named: "trade") == newest && registry.name(7) == "trade")
    #expect(try registry.upcast([1], BusSchema(7, version: 1)).bytes == [1, 2, 3])
    #expect(try registry.upcast([1], BusSchema(7, version: 2)).bytes == [1, 3])
    let same = try registry.upcast([1], newest)
    #expect(same.bytes == [1] && same.schema == newest)
    #expect(throws: SchemaFailure.refused(id: 7, version: 2)) {
      try registry.upcast([99], BusSchema(7, version: 1))
    }
  }

  @Test func `a newer payload is passed on with its number`() throws {
    var registry = SchemaRegistry()
    try registry.add(7, "trade")
    let future = BusSchema(7, version: 9)
    let payload = try registry.upcast([5], future)
    #expect(payload.schema == future && payload.bytes == [5])
  }

  @Test func `numbers and names have one owner`() throws {
    var registry = SchemaRegistry()
    try registry.add(1, "a")
    #expect(throws: SchemaFailure.taken(id: 1, name: "b")) { try registry.add(1, "b") }
    #expect(throws: SchemaFailure.taken(id: 2, name: "a")) { try registry.add(2, "a") }
    #expect(registry.newest(2) == nil && registry.newest(named: "b") == nil)
    #expect(throws: SchemaFailure.unknown(id: 3)) { try registry.upcast([], BusSchema(3)) }
    #expect(throws: SchemaFailure.noStep(id: 1, from: 0)) {
      try registry.upcast([], BusSchema(1, version: 0))
    }
  }
}

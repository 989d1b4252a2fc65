import OmniConfiguration
import OmniModel
import OmniMoney
import OmniReferenceData
import OmniTime
import Testing

@Suite("ReferenceFile")
struct ReferenceFileTests {
  @Test func `everything that a definition can say comes back, from JSON and from YAML`() throws {
    var option = try share("spx-put", tick: "0.05")
    option.kind = .option
    option.ticks = try #require(
      TickTable([
        .init(from: try decimal("0"), tick: try decimal("0.05")),
        .init(from: try decimal("3"), tick: try decimal("0.10")),
      ]))
    option.costs = .init(makerFee: Rate(billionths: -25), takerFee: Rate(billionths: 500_000))
    option.volumeDecimals = 0
    option.calendar = "us-equities"
    option.figi = "BBG000B9XRY4"
    var contract = InstrumentDefinition.Contract(underlying: "sp500-index")
    contract.multiplier = try decimal("100")
    contract.expiry = try at("2014-06-21 15:15:00.5")
    contract.strike = try decimal("1850.00")
    contract.right = .put
    contract.settlementCurrency = .eur
    option.contract = contract
    option.venueNames = [.init("z", "SPX \"W\""), .init("a", "1")]
    option.limits.quantityMax = try decimal("1000")
    let catalogue = try ReferenceCatalogue([
      .init(option, from: try at("2013-01-01"), until: try at("2014-06-22")),
      .init(option, from: try at("2014-06-22")), .init(try share("abc", tick: "0.010")),
    ])
    let text = ReferenceFile.json(catalogue)
    #expect(try ReferenceFile.read(json: text, label: "x") == catalogue)
    #expect(try ReferenceFile.read(try ConfigurationValue(yaml: text, label: "x")) == catalogue)
    #expect(try catalogue.definition("abc", at: .epoch).ticks.base.description == "0.010")
  }

  @Test func `a fault is named by its path`() throws {
    let good = """
      {"version":1,"instruments":[{"symbol":"a","name":"A","kind":"equity","currency":"USD",\
      "minorDigits":2,"tick":"0.01","lot":"1"}]}
      """
    #expect(try ReferenceFile.read(json: good, label: "x").versions.count == 1)
    for (old, new, words) in [
      ("\"tick\":\"0.01\"", "\"tick\":\"0\"", "file.instruments[0].tick"),
      ("\"tick\":\"0.01\",", "", "file.instruments[0].ticks: was nothing"),
      ("equity", "equities", "file.instruments[0].kind: was equities, wanted one of spot"),
      ("\"lot\"", "\"lots\"", "file.instruments[0].lot: was nothing"),
      ("\"lot\":\"1\"", "\"lot\":\"1\",\"lots\":1", "file.instruments[0].lots: was a key"),
      ("\"minorDigits\":2", "\"minorDigits\":-1", "file.instruments[0].minorDigits"),
      ("\"version\":1", "\"version\":2", "file.version"),
      ("\"a\"", "\"\"", "file.instruments[0].symbol"),
      ("USD", "usd", "file.instruments[0].minorDigits"),
    ] {
      let text = good.replacing(old, with: new, maxReplacements: 1)
      do throws(ReferenceError) {
        _ = try ReferenceFile.read(json: text, label: "x")
        Issue.record("\(new) was taken")
      } catch {
        #expect(error.code == "REF-007" && "\(error)".hasPrefix(words), "\(error)")
      }
    }
    #expect(throws: ReferenceError.self) { try ReferenceFile.read(json: "{", label: "x") }
  }
}

import OmniConfiguration
import OmniTestKit
import Testing

@Suite("Typed reading")
struct TypedReadingTests {
  enum Mode: String, CaseIterable { case paper, live, backtest }
  enum Depth: String, CaseIterable { case one = "1", all }

  // MARK: Examples

  @Test func `a key reads the value that the document holds`() throws {
    let configuration = try read(
      "risk: {count: 5, fee: 0.0010, live: true, name: 600000, mode: live, codes: ['000001', 600000]}"
    )

    #expect(try configuration.read(ConfigurationKey("risk.count", .integer(in: 1...9), "")) == 5)
    let fee = try configuration.read(ConfigurationKey("risk.fee", .decimal(), ""))
    #expect(fee.coefficient == 10 && fee.scale == 4)
    #expect(try configuration.read(ConfigurationKey("risk.live", .flag, "")))
    #expect(try configuration.read(ConfigurationKey("risk.name", .text(), "")) == "600000")
    #expect(try configuration.read(ConfigurationKey<Mode>("risk.mode", .choice, "")) == .live)
    #expect(
      try configuration.read(ConfigurationKey("risk.codes", .list(of: .text()), ""))
        == ["000001", "600000"])
    #expect(try configuration.read(ConfigurationKey("risk.fee", .double(in: 0...1), "")) == 0.001)
  }

  @Test func `a refusal names path, place, what was and what was wanted`() throws {
    let key = ConfigurationKey(
      "risk.max_order_quantity", .integer(in: 1...1_000_000), default: 100, unit: "lots",
      "The largest order that is let through.")
    let text = "venue: x\n\nrisk:\n    max_order_quantity: \"many\"\n"
    let configuration = try read(text)

    let error = failure { try configuration.read(key) }
    #expect(
      error == "CFG-004: risk.max_order_quantity at demo.yaml:4:25: "
        + #"was "many", wanted a whole number from 1 to 1000000"#)
  }

  @Test func `a value that is not of the kind is refused in the words of the kind`() throws {
    let small = ConfigurationKind<Int64>.integer(in: 1...9)
    let cases: [(yaml: String, was: String, message: String?)] = [
      ("0", "0", refusal(small, "0")), ("10", "10", refusal(small, "10")),
      ("5.0", "5.0", refusal(small, "5.0")), ("5e0", "5e0", refusal(small, "5e0")),
      ("'5'", "\"5\"", refusal(small, "'5'")), ("null", "null", refusal(small, "null")),
      ("[5]", "a list of 1 item", refusal(small, "[5]")),
      ("{a: 5, b: 6}", "a map of 2 keys", refusal(small, "{a: 5, b: 6}")),
      (
        "9223372036854775808", "9223372036854775808",
        refusal(small, "9223372036854775808")
      ),
    ]
    for (yaml, was, message) in cases {
      #expect(message == "was \(was), wanted a whole number from 1 to 9", "\(yaml)")
    }
    #expect(refusal(.flag, "yes") == #"was "yes", wanted true or false"#)
    #expect(refusal(ConfigurationKind<Depth>.choice, "1") == nil)
    #expect(
      refusal(ConfigurationKind<Depth>.choice, "true") == "was true, wanted one of 1, all")
    #expect(
      refusal(ConfigurationKind<Mode>.choice, "Live")
        == #"was "Live", wanted one of paper, live, backtest"#)
    #expect(refusal(.text(length: 1...3), "''") == #"was "", wanted text of 1 to 3 characters"#)
    #expect(refusal(.text(), "true") == "was true, wanted text of 0 to 4096 characters")
    #expect(
      refusal(.decimal(in: 0...1, scaleMax: 2), "0.001")
        == "was 0.001, wanted a decimal number from 0 to 1 with at most 2 digits after the point")
    #expect(
      refusal(.double(in: 0...1), "1e999") == "was 1e999, wanted a number from 0.0 to 1.0")
    #expect(
      refusal(.list(of: small, count: 1...2), "[]")
        == "was a list of 0 items, wanted a list of 1 to 2 items, each a whole number from 1 to 9")
  }

  @Test func `an item of a list is refused with its own position`() throws {
    let configuration = try read("a:\n  - 1\n  - x\n")
    let key = ConfigurationKey("a", .list(of: ConfigurationKind<Int>.integer()), "")
    #expect(
      failure { try configuration.read(key) }?
        .hasPrefix(#"CFG-004: a[1] at demo.yaml:3:5: was "x", wanted a whole number"#) == true)
  }

  @Test func `a long value is cut in the error and its control characters are escaped`() {
    let text = "\"\\e[31m" + String(repeating: "x", count: 5000) + "\""
    let message = refusal(.flag, text) ?? ""
    #expect(message.hasPrefix(#"was "\u001b[31mxxx"#))
    #expect(message.contains("…"))
    #expect(message.count < 120)
  }

  @Test func `a key without value gives its default or says that it is missing`() throws {
    let configuration = try read("b: 1")
    #expect(try configuration.read(ConfigurationKey("a", .integer(), default: 7, "")) == 7)
    #expect(
      failure { try configuration.read(ConfigurationKey("a.b", .flag, "")) }
        == "CFG-006: a.b: was not set, wanted true or false")
  }

  @Test func `null is nil for an optional kind only`() throws {
    let configuration = try read("a: null\nb: 4")
    let kind = ConfigurationKind.optional(.integer(in: Int64(0)...9))
    #expect(try configuration.read(ConfigurationKey("a", kind, default: 3, "")) == nil)
    #expect(try configuration.read(ConfigurationKey("b", kind, default: nil, "")) == 4)
    #expect(try configuration.read(ConfigurationKey("c", kind, default: nil, "")) == nil)
  }

  @Test func `sections in a list are read with keys of their own`() throws {
    let name = ConfigurationKey("name", .text(length: 1...20), "")
    let port = ConfigurationKey("port", .integer(in: UInt16(1)...65_535), default: 443, "")
    let section = ConfigurationSchema([name.entry, port.entry])
    let venues = ConfigurationKey("venues", .list(of: .section(section)), "")

    let good = try read("venues:\n  - {name: a}\n  - {name: b, port: 80}\n").read(venues)
    #expect(try good.map { try $0.read(name) } == ["a", "b"])
    #expect(try good.map { try $0.read(port) } == [443, 80])

    #expect(
      failure { try read("venues: [{name: a, prot: 80}]").read(venues) }
        == "CFG-005: venues[0].prot at demo.yaml:1:20: no such key, the nearest is port")
    #expect(
      failure { try read("venues: [{port: 80}]").read(venues) }
        == "CFG-006: venues[0].name: was not set, wanted text of 1 to 20 characters")
  }

  // MARK: Exact decimals

  @Test func `a decimal is read exactly or not at all`() {
    let table: [(text: String, coefficient: Int64, scale: Int)] = [
      ("0", 0, 0), ("-0", 0, 0), ("0.10", 10, 2), ("-12.5", -125, 1), ("25e-3", 25, 3),
      ("25e3", 25000, 0), ("2.5E+1", 25, 0), ("2.50e1", 250, 1), ("0e64", 0, 0),
      ("9223372036854775807", .max, 0), ("-9223372036854775808", .min, 0),
      ("-9.223372036854775808", .min, 18), ("0.000000000000000001", 1, 18),
      ("1e18", 1_000_000_000_000_000_000, 0),
    ]
    for (text, coefficient, scale) in table {
      let number = ConfigurationDecimal(parsing: text)
      #expect(number?.coefficient == coefficient && number?.scale == scale, "\(text)")
    }
    let refused = [
      "", "x", "1.", ".1", "9223372036854775808", "-9223372036854775809", "1e19", "1e-19",
      "0.0000000000000000001", "1e99999999999999999999", "1e-9223372036854775808", "1e65",
      "0." + String(repeating: "0", count: 1000),
    ]
    for text in refused { #expect(ConfigurationDecimal(parsing: text) == nil, "\(text)") }
  }

  @Test func `decimals compare by value and print what they hold`() throws {
    let tenth = try #require(ConfigurationDecimal(parsing: "0.1"))
    let same = try #require(ConfigurationDecimal(parsing: "0.100"))
    #expect(tenth == same && !(tenth < same))
    #expect(tenth.description == "0.1" && same.description == "0.100")
    #expect(ConfigurationDecimal(coefficient: .min, scale: 18) < 0)
    #expect(
      ConfigurationDecimal(coefficient: .min, scale: 18).description == "-9.223372036854775808")

    for seed in UInt64(0)..<500 {
      var random = SeededRandom(seed: seed)
      let scale = Int.random(in: 0...18, using: &random)
      let number = ConfigurationDecimal(
        coefficient: Int64.random(in: .min ... .max, using: &random) >> Int64(seed % 63),
        scale: scale)
      let back = ConfigurationDecimal(parsing: number.description)
      #expect(back?.coefficient == number.coefficient && back?.scale == scale, "seed \(seed)")
    }
  }
}

// MARK: - Words for the tests

private func read(_ yaml: String) throws -> LayeredConfiguration {
  try LayeredConfiguration([
    .init(name: "demo.yaml", root: ConfigurationValue(yaml: yaml, label: "demo.yaml"))
  ])
}

/// What a kind says against a value, without path and place.
private func refusal<Value>(_ kind: ConfigurationKind<Value>, _ yaml: String) -> String? {
  do {
    _ = try kind.read(ConfigurationValue(yaml: yaml, label: "t"), at: "a")
    return nil
  } catch ConfigurationError.mismatch(_, _, let was, let wanted) {
    return "was \(was), wanted \(wanted)"
  } catch {
    return "\(error)"
  }
}

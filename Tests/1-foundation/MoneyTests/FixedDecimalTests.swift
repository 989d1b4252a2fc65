import OmniMoney
import OmniTestKit
import Testing

@Suite("FixedDecimal")
struct FixedDecimalTests {
  @Test func `plain decimals are read with their scale`() throws {
    let cases: [(String, Int64, Int)] = [
      ("1.50", 150, 2), ("-0.1", -1, 1), ("+7", 7, 0), (".5", 5, 1), ("5.", 5, 0),
      ("000012", 12, 0), ("0.000000000000000001", 1, 18), ("9223372036854775799", .max - 8, 0),
      ("0.09946999000000001", 9_946_999_000_000_001, 17),
    ]
    for (text, coefficient, scale) in cases {
      #expect(
        try FixedDecimal(text) == FixedDecimal(coefficient: coefficient, scale: scale), "\(text)")
    }
    let long = try FixedDecimal("1.0000000000000000000000")
    #expect(long.coefficient(atScale: 0) == 1, "zeros that cannot be held change nothing")
  }

  @Test func `everything else is refused with its reason`() {
    let cases: [(String, FixedDecimal.Failure)] = [
      ("", .empty), ("-", .noDigits), (".", .noDigits), ("NaN", .unexpected(byte: 0x4E, offset: 0)),
      ("1e5", .exponent(offset: 1)), ("1E400", .exponent(offset: 1)),
      ("e5", .unexpected(byte: 0x65, offset: 0)), ("1.2.3", .unexpected(byte: 0x2E, offset: 3)),
      ("1,000", .unexpected(byte: 0x2C, offset: 1)), (" 1", .unexpected(byte: 0x20, offset: 0)),
      ("1-", .unexpected(byte: 0x2D, offset: 1)), ("0x1", .unexpected(byte: 0x78, offset: 1)),
      ("99999999999999999999", .tooLong), ("0.0000000000000000001", .tooLong),
      ("inf", .unexpected(byte: 0x69, offset: 0)), ("١", .unexpected(byte: 0xD9, offset: 0)),
    ]
    for (text, failure) in cases {
      #expect(throws: failure, "\(text)") { try FixedDecimal(text) }
    }
  }

  @Test func `a number that was written is read back`() throws {
    for seed in UInt64(0)..<500 {
      var random = SeededRandom(seed: seed)
      let limit = FixedDecimal.powerOfTen(Int.random(in: 0...18, using: &random))
      let number = FixedDecimal(
        coefficient: .random(in: -limit...limit, using: &random),
        scale: .random(in: 0...18, using: &random))
      #expect(try FixedDecimal(number.description) == number, "seed \(seed)")
    }
  }

  @Test func `a change of scale is exact or nil, and rounding agrees with it`() {
    for seed in UInt64(0)..<500 {
      var random = SeededRandom(seed: seed)
      let number = FixedDecimal(
        coefficient: .random(in: -10_000_000...10_000_000, using: &random),
        scale: .random(in: 0...9, using: &random))
      let wanted = Int.random(in: 0...18, using: &random)
      let rounded = number.wideCoefficient(atScale: wanted, rounding: .halfEven)
      if let exact = number.wideCoefficient(atScale: wanted) {
        #expect(exact == rounded, "seed \(seed)")
        let left = exact * Int128(FixedDecimal.powerOfTen(number.scale))
        let right = Int128(number.coefficient) * Int128(FixedDecimal.powerOfTen(wanted))
        #expect(left == right, "seed \(seed)")
      } else {
        #expect(wanted < number.scale, "seed \(seed)")
      }
    }
    #expect(FixedDecimal(coefficient: 1, scale: 0).wideCoefficient(atScale: 19) == nil)
    #expect(FixedDecimal(coefficient: .max, scale: 0).coefficient(atScale: 1) == nil)
  }
}

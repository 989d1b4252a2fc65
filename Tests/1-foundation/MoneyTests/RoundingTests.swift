import OmniMoney
import OmniTestKit
import Testing

@Suite("Rounding")
struct RoundingTests {
  @Test func `halves and others go where the rule sends them`() {
    let dividends: [Int128] = [-25, -15, -14, -5, 5, 14, 15, 16, 25]
    let table: [Rounding: [Int128]] = [
      .halfEven: [-2, -2, -1, 0, 0, 1, 2, 2, 2],
      .halfAwayFromZero: [-3, -2, -1, -1, 1, 1, 2, 2, 3],
      .towardZero: [-2, -1, -1, 0, 0, 1, 1, 1, 2],
      .awayFromZero: [-3, -2, -2, -1, 1, 2, 2, 2, 3],
      .down: [-3, -2, -2, -1, 0, 1, 1, 1, 2],
      .up: [-2, -1, -1, 0, 1, 2, 2, 2, 3],
    ]
    #expect(table.count == Rounding.allCases.count)
    for (rule, quotients) in table {
      #expect(dividends.map { rule.quotient($0, 10) } == quotients, "\(rule)")
    }
  }

  /// The reference divides the magnitude digit by digit, as on paper, and looks at twice the rest.
  @Test func `every rule agrees with long division on paper`() {
    for seed in UInt64(0)..<400 {
      var random = SeededRandom(seed: seed)
      let shift = Int128(1) << Int128.random(in: 1...120, using: &random)
      let dividend = Int128.random(in: -shift...shift, using: &random)
      let divisor =
        seed % 3 == 0
        ? Int128.random(in: 1...12, using: &random)
        : Int128.random(in: 1...(1 << 62), using: &random)
      for rule in Rounding.allCases {
        let expected = longDivision(dividend, divisor, rule)
        #expect(rule.quotient(dividend, divisor) == expected, "seed \(seed), \(rule)")
      }
    }
  }

  @Test func `the ends of the range are divided without overflow`() {
    for rule in Rounding.allCases {
      #expect(rule.quotient(.max, 1) == .max)
      #expect(rule.quotient(.min, 1) == .min)
      _ = rule.quotient(.max, .max - 1)
      _ = rule.quotient(.min, .max)
      _ = rule.quotient(1, .max)
    }
  }

  @Test func `a divisor that is not above zero stops the program`() async {
    await #expect(processExitsWith: .failure) { _ = Rounding.halfEven.quotient(1, 0) }
  }
}

private func longDivision(_ dividend: Int128, _ divisor: Int128, _ rule: Rounding) -> Int128 {
  var quotient: Int128 = 0
  var rest: Int128 = 0
  for digit in String(dividend.magnitude) {
    rest = rest * 10 + Int128(digit.wholeNumberValue ?? 0)
    quotient *= 10
    while rest >= divisor {
      rest -= divisor
      quotient += 1
    }
  }
  let isNegative = dividend < 0
  let isUp =
    switch rule {
    case .halfEven: rest * 2 > divisor || (rest * 2 == divisor && quotient % 2 == 1)
    case .halfAwayFromZero: rest * 2 >= divisor
    case .towardZero: false
    case .awayFromZero: rest > 0
    case .down: isNegative && rest > 0
    case .up: !isNegative && rest > 0
    }
  let magnitude = isUp ? quotient + 1 : quotient
  return isNegative ? -magnitude : magnitude
}

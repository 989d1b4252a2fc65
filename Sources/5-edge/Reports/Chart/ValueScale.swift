/// Maps values to heights, with ticks at 1, 2 or 5 times a power of ten.
package struct ValueScale: Sendable, Equatable {
  /// The lowest value drawn.
  package let low: Double
  /// The highest value drawn.
  package let high: Double
  /// The ticks, from low to high.
  package let ticks: [Double]
  /// How many decimals tell two ticks apart.
  package let decimals: Int

  /// A scale over the finite ones of `low` and `high`, with about `count` ticks.
  ///
  /// Returns `nil` when there is nothing finite to show.
  package init?(from low: Double, to high: Double, count: Int) {
    guard low.isFinite, high.isFinite, low <= high else { return nil }
    let magnitude = max(low.magnitude, high.magnitude)
    guard magnitude < 1e300 else { return nil }
    // A flat line gets room above and below; so does one that a Double hardly tells from flat.
    let pad = high - low > magnitude * 1e-12 ? (high - low) * 0.06 : max(magnitude * 0.001, 0.5)
    // A curve that never crosses zero must not look as if it did.
    self.low = low >= 0 && low - pad < 0 ? 0 : low - pad
    self.high = high <= 0 && high + pad > 0 ? 0 : high + pad
    let (mantissa, exponent) = Self.step((self.high - self.low) / Double(max(count, 1)))
    let power = NumberFormat.powerOfTen(exponent < 0 ? -exponent : exponent)
    func value(_ index: Double) -> Double {
      exponent < 0 ? index * mantissa / power : index * mantissa * power
    }
    var ticks: [Double] = []
    var index = Double((self.low / value(1)).ceiling)
    while value(index) <= self.high, ticks.count < 4 * max(count, 1) {
      ticks.append(value(index))
      index += 1
    }
    self.ticks = ticks
    decimals = max(0, -exponent)
  }

  /// The height of `value` from the top, within `height`.
  package func y(_ value: Double, height: Double) -> Double {
    (high - value) / (high - low) * height
  }

  /// The least of 1, 2, 5 times a power of ten that is not less than `raw`.
  package static func step(_ raw: Double) -> (mantissa: Double, exponent: Int) {
    guard raw > 0, raw.isFinite else { return (1, 0) }
    var exponent = 0
    var rest = raw
    while rest >= 10 {
      rest /= 10
      exponent += 1
    }
    while rest < 1 {
      rest *= 10
      exponent -= 1
    }
    for mantissa in [1.0, 2, 5] where rest <= mantissa * 1.000_000_1 { return (mantissa, exponent) }
    return (1, exponent + 1)
  }
}

// Rounding by conversion to integers and a product by splitting: exact, and without the C library's
// mathematics, which this module would otherwise be the only reason to link.

extension Double {
  /// The largest whole number that is not above this value.
  ///
  /// - Precondition: The magnitude is below 9e18.
  var floor: Int64 {
    let whole = Int64(self)
    return Double(whole) > self ? whole - 1 : whole
  }

  /// The smallest whole number that is not below this value.
  ///
  /// - Precondition: The magnitude is below 9e18.
  var ceiling: Int64 {
    let whole = Int64(self)
    return Double(whole) < self ? whole + 1 : whole
  }

  /// The nearest whole number; halves are rounded up.
  ///
  /// - Precondition: The magnitude is below 9e18.
  var nearest: Int64 {
    let whole = floor
    return self - Double(whole) >= 0.5 ? whole + 1 : whole
  }

  /// What rounding took from `self * factor`, exactly, when `product` is that product.
  ///
  /// T. J. Dekker, "A floating-point technique for extending the available precision", 1971, with
  /// Veltkamp's splitting into halves of 26 bits.
  func error(ofProductWith factor: Double, _ product: Double) -> Double {
    let (aHigh, aLow) = halves
    let (bHigh, bLow) = factor.halves
    return ((aHigh * bHigh - product) + aHigh * bLow + aLow * bHigh) + aLow * bLow
  }

  private var halves: (high: Double, low: Double) {
    let scaled = self * 134_217_729
    let high = scaled - (scaled - self)
    return (high, self - high)
  }
}

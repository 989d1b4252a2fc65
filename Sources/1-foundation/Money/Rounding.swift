/// How a quotient that is not whole becomes one.
@frozen
public enum Rounding: UInt8, Sendable, CaseIterable {
  /// To the nearest; a tie goes to the even neighbour. The rule for fees and notionals here.
  case halfEven
  /// To the nearest; a tie goes away from zero, as commerce does.
  case halfAwayFromZero
  /// Towards zero: the fraction is dropped.
  case towardZero
  /// Away from zero.
  case awayFromZero
  /// Down, towards negative infinity.
  case down
  /// Up, towards positive infinity.
  case up

  /// Divides exactly, then rounds by this rule.
  ///
  /// - Precondition: `divisor` is greater than zero.
  /// - Complexity: O(1), with no allocation.
  @inlinable
  public func quotient(_ dividend: Int128, _ divisor: Int128) -> Int128 {
    precondition(divisor > 0, "a divisor above zero")
    if divisor == 1 { return dividend }
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    if remainder == 0 { return quotient }
    let isNegative = dividend < 0
    let isAway: Bool
    switch self {
    case .towardZero: isAway = false
    case .awayFromZero: isAway = true
    case .down: isAway = isNegative
    case .up: isAway = !isNegative
    case .halfAwayFromZero: isAway = remainder.magnitude >= divisor.magnitude - remainder.magnitude
    case .halfEven:
      let other = divisor.magnitude - remainder.magnitude
      isAway = remainder.magnitude > other || (remainder.magnitude == other && quotient & 1 != 0)
    }
    return isAway ? (isNegative ? quotient - 1 : quotient + 1) : quotient
  }
}

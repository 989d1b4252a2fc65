public import OmniMoney

/// The steps of price and size of one instrument, against which a venue's numbers are read.
///
/// A number is read as a whole count of units of its last decimal and then of steps, so that nothing
/// is rounded: what is not a multiple of the step is refused.
public struct PriceGrid: Sendable, Hashable {
  /// One step of the price.
  public let tick: FixedDecimal
  /// One step of the size.
  public let lot: FixedDecimal
  let ticks: StepReader
  let lots: StepReader

  /// Creates the grid with these steps.
  ///
  /// - Precondition: both are greater than zero.
  public init(tick: FixedDecimal, lot: FixedDecimal) {
    precondition(tick.coefficient > 0 && lot.coefficient > 0, "steps above zero")
    self.tick = tick
    self.lot = lot
    ticks = StepReader(step: tick)
    lots = StepReader(step: lot)
  }
}

/// Reads decimal text as a count of steps.
struct StepReader: Sendable, Hashable {
  /// The step without trailing zeros: `coefficient` × 10^-`scale`.
  let coefficient: Int64
  let scale: Int

  init(step: FixedDecimal) {
    var coefficient = step.coefficient
    var scale = step.scale
    while scale > 0, coefficient % 10 == 0 {
      coefficient /= 10
      scale -= 1
    }
    self.coefficient = coefficient
    self.scale = scale
  }

  /// The number in `bytes` of `range` as a count of steps; a sign is refused unless `signed`.
  ///
  /// - Complexity: O(length), with no allocation.
  @inline(__always)
  func steps(
    _ bytes: borrowing Span<UInt8>, _ range: Range<Int>, signed: Bool = false,
    off code: FeedError.Code
  ) throws(ScanFault) -> Int64 {
    var at = range.lowerBound
    let isNegative = signed && !range.isEmpty && bytes[at] == 0x2D
    if isNegative { at += 1 }
    // Up to 18 digits stay below 10¹⁸, so nothing overflows; longer text takes the careful way.
    guard range.upperBound - at <= 18 - scale else {
      let long = try longUnits(bytes, at..<range.upperBound, off: code)
      return try inSteps(isNegative ? -long : long, at: range.lowerBound, off: code)
    }
    var units: Int64 = 0
    let whole = at
    while at < range.upperBound, case let digit = bytes[at] &- 0x30, digit <= 9 {
      units = units &* 10 &+ Int64(digit)
      at += 1
    }
    guard at > whole else { throw ScanFault(.malformedNumber, at) }
    var missing = scale
    if at < range.upperBound {
      guard bytes[at] == 0x2E else { throw ScanFault(.malformedNumber, at) }
      at += 1
      guard at < range.upperBound else { throw ScanFault(.malformedNumber, at) }
      while at < range.upperBound {
        let digit = bytes[at] &- 0x30
        guard digit <= 9 else { throw ScanFault(.malformedNumber, at) }
        if missing > 0 {
          units = units &* 10 &+ Int64(digit)
          missing -= 1
        } else if digit != 0 {
          throw ScanFault(code, range.lowerBound)
        }
        at += 1
      }
    }
    while missing > 0 {
      units = units &* 10
      missing -= 1
    }
    return try inSteps(isNegative ? -units : units, at: range.lowerBound, off: code)
  }

  @inline(__always)
  private func inSteps(
    _ units: Int64, at offset: Int, off code: FeedError.Code
  ) throws(ScanFault) -> Int64 {
    if coefficient == 1 { return units }
    let (steps, rest) = units.quotientAndRemainder(dividingBy: coefficient)
    guard rest == 0 else { throw ScanFault(code, offset) }
    return steps
  }

  /// As ``steps(_:_:signed:off:)`` reads it, with every step checked for overflow.
  private func longUnits(
    _ bytes: borrowing Span<UInt8>, _ range: Range<Int>, off code: FeedError.Code
  ) throws(ScanFault) -> Int64 {
    var units: Int64 = 0
    var decimals = -1
    var digits = 0
    var isOff = false
    for at in range {
      let digit = bytes[at] &- 0x30
      if digit > 9 {
        guard bytes[at] == 0x2E, decimals < 0, digits > 0 else {
          throw ScanFault(.malformedNumber, at)
        }
        decimals = 0
        continue
      }
      digits += 1
      if decimals >= scale {
        if digit != 0 { isOff = true }
        decimals += 1
        continue
      }
      units = try Self.appending(Int64(digit), to: units, at: range.lowerBound)
      if decimals >= 0 { decimals += 1 }
    }
    guard digits > 0, decimals != 0 else { throw ScanFault(.malformedNumber, range.upperBound) }
    for _ in 0..<max(0, scale - max(0, decimals)) {
      units = try Self.appending(0, to: units, at: range.lowerBound)
    }
    if isOff { throw ScanFault(code, range.lowerBound) }
    return units
  }

  private static func appending(
    _ digit: Int64, to units: Int64, at offset: Int
  ) throws(ScanFault) -> Int64 {
    let (tens, first) = units.multipliedReportingOverflow(by: 10)
    let (sum, second) = tens.addingReportingOverflow(digit)
    if first || second { throw ScanFault(.numberTooLarge, offset) }
    return sum
  }
}

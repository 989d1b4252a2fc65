/// A sum of amounts in minor units, from 0 up to 2¹⁹² - 1: more than any number of accounts can hold.
@frozen
public struct TotalSum: Sendable, Hashable, BitwiseCopyable {
  /// The least significant 64 bits.
  public private(set) var low: UInt64 = 0
  /// The next 64 bits.
  public private(set) var middle: UInt64 = 0
  /// The most significant 64 bits.
  public private(set) var high: UInt64 = 0

  /// Creates a sum of nothing.
  public init() {}

  /// Creates a sum of one amount.
  ///
  /// - Precondition: the amount is not negative.
  public init(_ amount: Int128) {
    precondition(amount >= 0, "an amount that is not negative")
    low = UInt64(truncatingIfNeeded: amount)
    middle = UInt64(truncatingIfNeeded: amount >> 64)
  }

  /// Adds another sum; nil when the result has no room.
  public func adding(_ other: Self) -> Self? {
    var sum = self
    let first = low.addingReportingOverflow(other.low)
    let second = middle.addingReportingOverflow(other.middle)
    let carried = second.partialValue.addingReportingOverflow(first.overflow ? 1 : 0)
    let third = high.addingReportingOverflow(other.high)
    let whole = third.partialValue.addingReportingOverflow(
      second.overflow || carried.overflow ? 1 : 0)
    guard !third.overflow, !whole.overflow else { return nil }
    sum.low = first.partialValue
    sum.middle = carried.partialValue
    sum.high = whole.partialValue
    return sum
  }

  /// Creates a sum of what ``low``, ``middle`` and ``high`` gave.
  init(low: UInt64, middle: UInt64, high: UInt64) {
    self.low = low
    self.middle = middle
    self.high = high
  }
}

extension TotalSum: Comparable {
  /// Whether `lhs` is less than `rhs`.
  public static func < (lhs: Self, rhs: Self) -> Bool {
    (lhs.high, lhs.middle, lhs.low) < (rhs.high, rhs.middle, rhs.low)
  }
}

extension TotalSum: CustomStringConvertible {
  /// The sum in decimal.
  public var description: String {
    var rest = [high, middle, low]
    var groups: [UInt64] = []
    repeat {
      var remainder: UInt64 = 0
      for index in 0..<3 {
        let divided = Self.group.dividingFullWidth((remainder, rest[index]))
        rest[index] = divided.quotient
        remainder = divided.remainder
      }
      groups.append(remainder)
    } while rest.contains { $0 != 0 }
    let last = groups.removeLast()
    return groups.reversed().reduce(String(last)) { text, group in
      let digits = String(group)
      return text + String(repeating: "0", count: 18 - digits.count) + digits
    }
  }

  /// Reads a sum in decimal, or nil when the text has a sign, a leading zero, or is too large.
  public init?(_ text: some StringProtocol) {
    guard !text.isEmpty, text.utf8.count <= 58,
      text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      text.utf8.count == 1 || text.utf8.first != 0x30
    else { return nil }
    var words: [UInt64] = [0, 0, 0]
    for digit in text.utf8 {
      var carry = UInt64(digit - 0x30)
      for index in 0..<3 {
        let (above, below) = words[index].multipliedFullWidth(by: 10)
        let (sum, overflow) = below.addingReportingOverflow(carry)
        words[index] = sum
        carry = above + (overflow ? 1 : 0)
      }
      guard carry == 0 else { return nil }
    }
    self.init(low: words[0], middle: words[1], high: words[2])
  }

  /// 10¹⁸, the digits that are written at once.
  private static var group: UInt64 { 1_000_000_000_000_000_000 }
}

/// How the place of one of our orders in the queue at its price is estimated.
public enum QueueModel: Sendable, Hashable {
  /// What is ahead of us falls by trades at the price, and never exceeds the level's size.
  case riskAverse
  /// A cancel at the price was ahead of or behind us with a probability of this form.
  case probability(QueueProbability)
  /// As ``riskAverse``, but our own orders at a price stand in one queue and share each trade.
  case sharedQueue
  /// Recorded orders (L3) tell exactly who is ahead of us.
  case exact
}

/// With which probability what left a level was behind us, by what is ahead and behind.
///
/// In fractions of 2⁻³², computed in whole numbers, so that every machine decides alike.
///
/// Source: the forms of hftbacktest's `ProbQueueModel`, after Rigtorp, "Estimating order queue
/// position" (2013).
public enum QueueProbability: Sendable, Hashable {
  /// behind ^ n / (behind ^ n + ahead ^ n), n from 1 to 16.
  case power(Int)
  /// (behind / (behind + ahead)) ^ n.
  case powerOfSum(Int)
  /// 1 − (ahead / (behind + ahead)) ^ n.
  case powerOfShare(Int)
  /// log(1 + behind) / (log(1 + behind) + log(1 + ahead)), counted in units of so many lots.
  case logarithm(unitLots: Int64)
  /// log(1 + behind) / log(1 + behind + ahead), counted in units of so many lots.
  case logarithmOfSum(unitLots: Int64)

  /// One.
  static let one: UInt64 = 1 << 32

  /// The probability that a lot that left was behind us.
  ///
  /// - Parameters: what is ahead and behind, in ``QueuePlace/fraction``s of a lot, not negative.
  func behind(ahead: Int64, behind: Int64) -> UInt64 {
    let sum = UInt64(ahead) + UInt64(behind)
    if sum == 0 { return Self.one }
    let share = UInt64((UInt128(behind) << 32) / UInt128(sum))
    switch self {
    case .power(let n):
      let up = Self.power(share, n)
      let down = Self.power(Self.one - share, n)
      // Both vanish only for a large power of two halves.
      return up + down == 0 ? Self.one / 2 : UInt64((UInt128(up) << 32) / UInt128(up + down))
    case .powerOfSum(let n): return Self.power(share, n)
    case .powerOfShare(let n): return Self.one - Self.power(Self.one - share, n)
    case .logarithm(let unit):
      let up = Self.logarithm(behind, unit)
      let down = Self.logarithm(ahead, unit)
      return up + down == 0 ? Self.one : UInt64((UInt128(up) << 32) / UInt128(up + down))
    case .logarithmOfSum(let unit):
      let up = Self.logarithm(behind, unit)
      let whole = Self.logarithm(Int64(sum), unit)
      return whole == 0 ? Self.one : UInt64((UInt128(up) << 32) / UInt128(whole))
    }
  }

  /// `base` to the power of `exponent`, in fractions of 2⁻³², rounded down.
  static func power(_ base: UInt64, _ exponent: Int) -> UInt64 {
    precondition((1...16).contains(exponent), "a power from 1 to 16")
    var result = base
    for _ in 1..<exponent { result = UInt64((UInt128(result) * UInt128(base)) >> 32) }
    return result
  }

  /// log₂(1 + amount / unit) in fractions of 2⁻³², rounded down: bit by bit, by squaring.
  static func logarithm(_ amount: Int64, _ unitLots: Int64) -> UInt64 {
    precondition((1...1 << 40).contains(unitLots), "a unit from 1 to 2⁴⁰ lots")
    let unit = UInt128(unitLots) * UInt128(QueuePlace.fraction)
    // At least one, with 62 binary places at most, so that a square fits.
    var value = ((unit + UInt128(amount)) << 32) / unit
    var result: UInt64 = 0
    while value >= 2 << 32 {
      value >>= 1
      result += one
    }
    var bit = one >> 1
    while bit > 0 {
      value = (value * value) >> 32
      if value >= 2 << 32 {
        value >>= 1
        result += bit
      }
      bit >>= 1
    }
    return result
  }
}

/// The place of an order in its queue: what is ahead of it, in 1/65,536 of a lot.
///
/// - Invariant: below zero, so much was traded at the price after those ahead had been served.
@frozen
public struct QueuePlace: Sendable, Hashable, BitwiseCopyable {
  /// How many parts a lot has.
  @inlinable
  public static var fraction: Int64 { 65_536 }

  /// What is ahead, in parts of a lot.
  public var ahead: Int64
  /// Lots traded since the level's size was last told.
  public var tradedLots: Int64 = 0

  /// The place behind `lots`.
  public init(behind lots: Int64) { ahead = Self.parts(lots) }

  /// Lots as parts, at most 2⁶² so that sums fit.
  static func parts(_ lots: Int64) -> Int64 {
    lots >= 1 << 46 ? 1 << 62 : lots * fraction
  }

  /// Whole lots that were traded at the price beyond those ahead.
  public var excessLots: Int64 { ahead < 0 ? -ahead / Self.fraction : 0 }

  /// Lets a trade at the price serve those ahead.
  public mutating func trade(_ lots: Int64) {
    ahead -= Self.parts(lots)
    tradedLots += lots
  }

  /// Takes a new size of the level into account.
  public mutating func depth(from old: Int64, to new: Int64, _ model: QueueModel) {
    guard case .probability(let form) = model else {
      ahead = min(ahead, Self.parts(new))
      return
    }
    // What was traded has left the level too, and has been counted.
    let left = old - new - tradedLots
    tradedLots = 0
    if left > 0 {
      let front = max(0, ahead)
      let back = max(0, Self.parts(old) - front)
      let share = form.behind(ahead: front, behind: back)
      let change = Self.parts(left)
      let fromBehind = Int64((Int128(change) * Int128(share)) >> 32)
      ahead -= change - fromBehind
    }
    // This also says that no more has left behind us than was there.
    ahead = min(ahead, Self.parts(new))
  }
}

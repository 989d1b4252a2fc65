import CSimdJSON
import OmniCollections
import OmniLedger
import OmniMoney
import OmniTime

/// What is wrong with a field, in words that cost nothing to carry.
struct FieldFault: Error {
  let fault: DeadLetter.Fault
  let field: String
  let reason: StaticString

  init(_ fault: DeadLetter.Fault, _ field: String, _ reason: StaticString) {
    self.fault = fault
    self.field = field
    self.reason = reason
  }
}

/// Turns the bytes of fields into what a transaction holds, exactly or not at all.
@safe struct FieldReader: ~Copyable {
  /// Names that were met, with their keys, so that a digest is made once for each.
  private var names = ByteKeyMap(seed: 0x6F6D_6E69)
  private let currencies: CurrencyTable
  private var assets: [Currency] = []
  /// The first 16 bytes of the last instant, at first such as no text has, and the seconds from 1970
  /// to its minute.
  private var lastMinute: (low: UInt64, high: UInt64, seconds: Int) = (.max, .max, 0)
  /// Names that were met for the first time, in their order.
  private(set) var newNames: [String] = []
  /// How many bytes of names are kept before the cache begins anew.
  private static let namesBytesMax = 256 << 20

  init(_ currencies: CurrencyTable) { self.currencies = currencies }

  mutating func takeNewNames() -> [String] {
    defer { newNames = [] }
    return newNames
  }

  // MARK: Identifiers

  /// 32 hexadecimal digits; hyphens as in a UUID may stand between.
  func identifier(
    _ bytes: UnsafeRawBufferPointer, _ field: String
  ) throws(FieldFault) -> TransactionID {
    if bytes.count == 32, let base = bytes.baseAddress {
      var (low, high) = (UInt64(0), UInt64(0))
      let text = unsafe base.assumingMemoryBound(to: UInt8.self)
      if unsafe omni_read_hex128(text, &low, &high) != 0 {
        let id = TransactionID(low: low, high: high)
        if id.isUsable { return id }
      }
    }
    return try unsafe looseIdentifier(bytes, field)
  }

  /// The same with hyphens, or with what is wrong.
  private func looseIdentifier(
    _ bytes: UnsafeRawBufferPointer, _ field: String
  ) throws(FieldFault) -> TransactionID {
    var high: UInt64 = 0
    var low: UInt64 = 0
    var digits = 0
    for place in bytes.indices {
      let digit: UInt8
      let byte = unsafe bytes[place]
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x61...0x66: digit = byte - 0x57
      case 0x41...0x46: digit = byte - 0x37
      case 0x2D: continue
      default:
        throw FieldFault(
          .identifier, field, "a character that is no hexadecimal digit; 32 of them were wanted")
      }
      if digits < 16 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
      digits += 1
      if digits > 32 { break }
    }
    guard digits == 32 else {
      throw FieldFault(.identifier, field, "not 32 hexadecimal digits, which were wanted")
    }
    let id = TransactionID(low: low, high: high)
    guard id.isUsable else {
      throw FieldFault(.identifier, field, "all zeros or all ones; another number was wanted")
    }
    return id
  }

  /// 128 hexadecimal digits, as eight words.
  func signature(_ bytes: UnsafeRawBufferPointer) throws(FieldFault) -> [UInt64] {
    guard bytes.count == 128 else {
      throw FieldFault(.signature, "sig", "not 128 hexadecimal digits, which were wanted")
    }
    var words: [UInt64] = []
    for word in 0..<8 {
      var value: UInt64 = 0
      for place in 0..<8 {
        var byte: UInt64 = 0
        for half in 0..<2 {
          let character = unsafe bytes[16 * word + 2 * place + half]
          switch character {
          case 0x30...0x39: byte = byte << 4 | UInt64(character - 0x30)
          case 0x61...0x66: byte = byte << 4 | UInt64(character - 0x57)
          case 0x41...0x46: byte = byte << 4 | UInt64(character - 0x37)
          default:
            throw FieldFault(.signature, "sig", "not 128 hexadecimal digits, which were wanted")
          }
        }
        value |= byte << (8 * UInt64(place))
      }
      words.append(value)
    }
    return words
  }

  // MARK: Names

  /// Begins to look for the key of an account's name.
  func search(_ bytes: UnsafeRawBufferPointer) -> ByteKeyMap.Search { unsafe names.search(bytes) }

  /// The key of an account's name for which a search was begun.
  mutating func account(
    _ bytes: UnsafeRawBufferPointer, _ field: String, _ search: ByteKeyMap.Search
  ) throws(FieldFault) -> AccountKey {
    if let key = unsafe names.value(of: bytes, search) { return AccountKey(key) }
    return try unsafe account(bytes, field)
  }

  /// The key of an account's name, without the blanks at its ends.
  mutating func account(
    _ bytes: UnsafeRawBufferPointer, _ field: String
  ) throws(FieldFault) -> AccountKey {
    if let key = unsafe names.value(of: bytes) { return AccountKey(key) }
    var plain = unsafe bytes
    while unsafe plain.first == 0x20 { unsafe plain = .init(rebasing: plain.dropFirst()) }
    while unsafe plain.last == 0x20 { unsafe plain = .init(rebasing: plain.dropLast()) }
    guard let name = unsafe String(validating: plain, as: UTF8.self), AccountTerms.isName(name)
    else {
      throw FieldFault(
        .name, field, "no account's name; 1 to 128 bytes without control characters were wanted")
    }
    let key = AccountKey(name: name)
    if names.byteCount > Self.namesBytesMax { names.removeAll() }
    if unsafe names.value(of: plain) == nil { newNames.append(name) }
    unsafe names.insert(bytes, value: key.value)
    if plain.count != bytes.count, unsafe names.value(of: plain) == nil {
      unsafe names.insert(plain, value: key.value)
    }
    return key
  }

  /// The asset that a code names, in any case and without the blanks at its ends.
  mutating func asset(_ bytes: UnsafeRawBufferPointer) throws(FieldFault) -> Currency {
    var packed: UInt64 = 0
    if bytes.count <= 8 {
      for place in bytes.indices { unsafe packed |= UInt64(bytes[place]) << (8 * UInt64(place)) }
      for asset in assets where asset.packedCode == packed { return asset }
    }
    let code = unsafe String(decoding: bytes, as: UTF8.self).trimmed
    guard let currency = currencies.currency(code) else {
      throw FieldFault(
        .asset, "asset", "no known asset; its decimals must be defined before it is used")
    }
    if !assets.contains(currency) { assets.append(currency) }
    return currency
  }

  // MARK: Amounts

  /// Plain decimal text above zero, as minor units of an asset with `digits` decimals.
  ///
  /// - Parameter rounds: Whether digits beyond the asset's decimals are rounded half to even, where
  ///   a mapping asks for that; else they are refused unless they are zeros.
  func amount(
    _ bytes: UnsafeRawBufferPointer, digits: UInt8, rounds: Bool = false
  ) throws(FieldFault) -> Int128 {
    if let units = unsafe plainAmount(bytes, digits: digits) { return units }
    var units: Int128 = 0
    var decimals = -1
    var count = 0
    var rest = HalfEven()
    for place in bytes.indices {
      let byte = unsafe bytes[place]
      switch byte {
      case 0x30...0x39:
        count += 1
        if decimals >= 0 && decimals >= Int(digits) {
          rest.take(byte - 0x30)
          continue
        }
        if decimals >= 0 { decimals += 1 }
        if units == 0 && byte == 0x30 { continue }
        let (product, first) = units.multipliedReportingOverflow(by: 10)
        let (sum, second) = product.addingReportingOverflow(Int128(byte - 0x30))
        guard !first, !second else { throw Self.tooLarge }
        units = sum
      case 0x2E where decimals < 0 && count > 0: decimals = 0
      default:
        throw FieldFault(.amount, "amount", "no plain decimal, such as \"12.30\", which was wanted")
      }
    }
    guard count > 0, unsafe bytes.last != 0x2E else {
      throw FieldFault(.amount, "amount", "no plain decimal, such as \"12.30\", which was wanted")
    }
    if rest.isNonZero && !rounds {
      throw FieldFault(.amount, "amount", "more decimals than the asset has")
    }
    for _ in max(0, decimals)..<Int(digits) {
      let (product, overflow) = units.multipliedReportingOverflow(by: 10)
      guard !overflow else { throw Self.tooLarge }
      units = product
    }
    if rest.roundsUp(isOdd: units & 1 == 1) { units += 1 }
    guard units > 0 else {
      throw FieldFault(.amount, "amount", "zero; an amount above zero was wanted")
    }
    guard units <= AccountState.sumMax else { throw Self.tooLarge }
    return units
  }

  /// The commonest form: digits, a point, and just as many decimals as the asset has; nil for others.
  private func plainAmount(_ bytes: UnsafeRawBufferPointer, digits: UInt8) -> Int128? {
    let point = bytes.count - Int(digits) - 1
    guard digits > 0, point > 0, bytes.count <= 19, unsafe bytes[point] == 0x2E else { return nil }
    var units: UInt64 = 0
    for place in bytes.indices where place != point {
      let digit = unsafe bytes[place] &- 0x30
      if digit > 9 { return nil }
      units = units &* 10 &+ UInt64(digit)  // At most 18 digits: it cannot wrap.
    }
    return units > 0 ? Int128(units) : nil
  }

  private static var tooLarge: FieldFault {
    FieldFault(
      .amount, "amount", "larger than 2^125 minor units, the most that an account can hold")
  }

  // MARK: Instants

  /// A day and a time of day with a distance from UTC; without one only where `isUTC` says so.
  mutating func instant(
    _ bytes: UnsafeRawBufferPointer, isUTC: Bool = false
  ) throws(FieldFault) -> Int64 {
    if let instant = unsafe plainInstant(bytes) { return instant }
    let text = unsafe Array(bytes)
    do throws(TimeText.Failure) {
      let found = try TimeText(text[...], order: .yearMonthDay)
      guard isUTC || (found.offsetSeconds != nil && found.hasTimeOfDay) else {
        throw .malformed(offset: text.count)
      }
      return found.instant.nanoseconds
    } catch {
      throw FieldFault(
        .instant, "ts", "no instant; RFC 3339 such as 2026-01-31T09:30:00Z was wanted")
    }
  }

  /// The commonest form, `2026-01-31T09:30:00.123456Z` with up to nine decimals; nil for any other.
  private mutating func plainInstant(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    let count = bytes.count
    guard count >= 20, count <= 30, unsafe bytes[count - 1] == 0x5A, unsafe bytes[16] == 0x3A
    else { return nil }
    // Times come in order, so the minute is mostly the last one's.
    let low = unsafe bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
    let high = unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    if low != lastMinute.low || high != lastMinute.high {
      guard let seconds = unsafe Self.minute(bytes) else { return nil }
      lastMinute = (low, high, seconds)
    }
    guard let second = unsafe Self.number(bytes, 17, 2), second < 60 else { return nil }
    var nanoseconds = 0
    if count > 20 {
      guard unsafe bytes[19] == 0x2E, count > 21,
        let fraction = unsafe Self.number(bytes, 20, count - 21)
      else { return nil }
      nanoseconds = fraction * Self.powers[30 - count]
    }
    return Int64((lastMinute.seconds + second) * 1_000_000_000 + nanoseconds)
  }

  /// The seconds from 1970 to the minute in the first 16 bytes.
  private static func minute(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard unsafe bytes[4] == 0x2D, unsafe bytes[7] == 0x2D, unsafe bytes[10] == 0x54,
      unsafe bytes[13] == 0x3A, let year = unsafe number(bytes, 0, 4),
      let month = unsafe number(bytes, 5, 2), let day = unsafe number(bytes, 8, 2),
      let hour = unsafe number(bytes, 11, 2), let minute = unsafe number(bytes, 14, 2),
      (1678...2261).contains(year), hour < 24, minute < 60,
      let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    return ((date.dayNumber * 24 + hour) * 60 + minute) * 60
  }

  @inline(__always)
  private static func number(
    _ bytes: UnsafeRawBufferPointer, _ place: Int, _ length: Int
  ) -> Int? {
    var value = 0
    var wrong = false
    for index in place..<place + length {
      let digit = unsafe bytes[index] &- 0x30
      wrong = wrong || digit > 9
      value = value &* 10 &+ Int(digit)
    }
    return wrong ? nil : value
  }

  /// Ten to the power of the index.
  private static var powers: InlineArray<10, Int> {
    [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000]
  }
}

/// Digits behind those that are kept, as far as rounding half to even needs them.
private struct HalfEven {
  private var first: UInt8 = 0
  private var count = 0
  private var hasMore = false

  mutating func take(_ digit: UInt8) {
    if count == 0 { first = digit } else if digit != 0 { hasMore = true }
    count += 1
  }

  var isNonZero: Bool { first != 0 || hasMore }

  func roundsUp(isOdd: Bool) -> Bool { first > 5 || (first == 5 && (hasMore || isOdd)) }
}

extension String {
  /// Without blanks at the ends.
  var trimmed: String {
    var view = self[...]
    while view.first == " " { view.removeFirst() }
    while view.last == " " { view.removeLast() }
    return String(view)
  }
}

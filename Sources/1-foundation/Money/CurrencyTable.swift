/// How many decimals each currency or other asset has, by its code.
///
/// It begins with the currencies of ISO 4217 and the coins that venues trade most, and takes more.
public struct CurrencyTable: Sendable {
  private var digits: [String: UInt8]

  /// Why an asset was not taken; the table is as it was.
  public enum Refusal: Error, Equatable, Sendable {
    /// The code is not one to eight capital letters, digits or one of `.`, `-`, `_`, `:`; or there
    /// are more than 18 decimals.
    case unusable(code: String, digits: UInt8)
    /// The asset is there with another count of decimals.
    case defined(code: String, digits: UInt8, wanted: UInt8)

    /// The stable code.
    public var code: String {
      switch self {
      case .unusable: "MON-001"
      case .defined: "MON-002"
      }
    }
  }

  /// Creates the table with what is built in.
  public init() {
    digits = [:]
    for (count, codes) in Self.builtIn {
      for code in codes.split(separator: " ") { digits[String(code)] = count }
    }
  }

  /// The currency called `code`, in any case, or nil when the table does not know it.
  public func currency(_ code: String) -> Currency? {
    let code = code.uppercased()
    return digits[code].flatMap { Currency(code: code, minorDigits: $0) }
  }

  /// Adds an asset, unless it is there with the same count of decimals.
  public mutating func define(_ code: String, digits count: UInt8) throws(Refusal) {
    let code = code.uppercased()
    guard Currency(code: code, minorDigits: count) != nil else {
      throw .unusable(code: code, digits: count)
    }
    if let known = digits[code], known != count {
      throw .defined(code: code, digits: known, wanted: count)
    }
    digits[code] = count
  }

  /// ISO 4217, list one, as amended to 2024; and coins in the units in which they are booked.
  private static let builtIn: [(UInt8, String)] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (
      2,
      """
      AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN \
      BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP \
      GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP \
      LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR \
      NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN \
      SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD YER ZAR ZMW \
      ZWG
      """
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
    (6, "USDC XRP"),
    (8, "BTC BNB DOGE LTC BCH USDT"),
    (9, "SOL"),
    (18, "ETH DAI"),
  ]
}

extension CurrencyTable.Refusal: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .unusable(let code, let digits):
      "\(code) with \(digits) decimals is no asset; 1 to 8 capitals or digits and at most 18 "
        + "decimals were wanted"
    case .defined(let code, let digits, let wanted):
      "\(code) has \(digits) decimals, and \(wanted) were asked for"
    }
  }
}

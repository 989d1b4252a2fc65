public import OmniModel
public import OmniMoney

/// What a file needs to know of an instrument, so that its numbers are prices and sizes.
public struct StoredInstrument: Sendable, Hashable {
  /// The name.
  public let symbol: String
  /// The price step.
  public let tick: FixedDecimal
  /// The size step.
  public let lot: FixedDecimal
  /// How many decimals a bar's volume has.
  public let volumeDecimals: Int

  /// How many bytes a symbol has at most.
  public static let symbolBytesMax = 200

  /// Groups a name with its steps.
  ///
  /// - Throws: `badSymbol` for a name that is empty, longer than 200 bytes or has control characters.
  /// - Precondition: both steps are above zero; volumes have 0 to 18 decimals.
  public init(
    symbol: String, tick: FixedDecimal, lot: FixedDecimal, volumeDecimals: Int = 0
  ) throws(MarketStoreFailure) {
    precondition(tick.coefficient > 0 && lot.coefficient > 0, "steps above zero")
    precondition((0...18).contains(volumeDecimals), "0 to 18 decimals")
    guard (1...Self.symbolBytesMax).contains(symbol.utf8.count),
      symbol.utf8.allSatisfy({ $0 >= 32 && $0 != 127 })
    else { throw .badSymbol(symbol) }
    self.symbol = symbol
    self.tick = tick
    self.lot = lot
    self.volumeDecimals = volumeDecimals
  }

  /// Takes name and steps from `instrument`.
  public init(_ instrument: Instrument) throws(MarketStoreFailure) {
    try self.init(
      symbol: instrument.symbol, tick: instrument.terms.tick, lot: instrument.terms.lot,
      volumeDecimals: instrument.terms.volumeDecimals)
  }

  /// The symbol as the name of a folder: small letters, digits, `-`, `_` and `.` stand for
  /// themselves, every other byte is `%` and two digits, so that no two symbols share a folder.
  var folderName: String {
    var name: [UInt8] = []
    for (index, byte) in symbol.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"):
        name.append(byte)
      case UInt8(ascii: ".") where index > 0: name.append(byte)
      default:
        let digits = Array("0123456789ABCDEF".utf8)
        name += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: name, as: UTF8.self)
  }
}

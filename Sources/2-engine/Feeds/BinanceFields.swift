/// The fields of one message of Binance where they stand, whatever their order.
struct BinanceFields {
  typealias Field = JSONCursor.Field

  /// What a message is.
  enum Kind { case quote, update, trade, aggregateTrade, snapshot, other }

  var event = Field()
  var eventTime = Field()
  var time = Field()
  var symbol = Field()
  var first = Field()
  var last = Field()
  var previous = Field()
  var snapshot = Field()
  var bid = Field()
  var bidSize = Field()
  var ask = Field()
  var askSize = Field()
  var price = Field()
  var quantity = Field()
  var trade = Field()
  var isMaker = Field()
  var origin = Field()
  var bids = Field()
  var asks = Field()
  var hasData = false
  /// A field that only messages without an event have: an answer to a request.
  var isAnswer = false

  /// Puts `field` where its name belongs; names that no message needs are passed over.
  @inline(__always)
  mutating func set(
    _ head: UInt64, _ tail: UInt64, to field: Field
  ) throws(ScanFault) {
    guard tail == 0 else {
      if head == 0x6C61_7374_5570_6461, tail == 0x7465_4964 {
        try Self.fill(&snapshot, field)  // lastUpdateId
      }
      return
    }
    switch head {
    case 0x65: try Self.fill(&event, field)  // e
    case 0x45: try Self.fill(&eventTime, field)  // E
    case 0x54: try Self.fill(&time, field)  // T
    case 0x73, 0x73_796D_626F_6C: try Self.fill(&symbol, field)  // s, symbol
    case 0x55: try Self.fill(&first, field)  // U
    case 0x75: try Self.fill(&last, field)  // u
    case 0x7075: try Self.fill(&previous, field)  // pu
    case 0x62: try Self.fill(&bid, field)  // b
    case 0x42: try Self.fill(&bidSize, field)  // B
    case 0x61: try Self.fill(&ask, field)  // a
    case 0x41: try Self.fill(&askSize, field)  // A
    case 0x70: try Self.fill(&price, field)  // p
    case 0x71: try Self.fill(&quantity, field)  // q
    case 0x74: try Self.fill(&trade, field)  // t
    case 0x6D: try Self.fill(&isMaker, field)  // m
    case 0x58: try Self.fill(&origin, field)  // X
    case 0x72_6573_756C_74, 0x65_7272_6F72: isAnswer = true  // result, error
    default: break
    }
  }

  @inline(__always)
  static func fill(_ slot: inout Field, _ field: Field) throws(ScanFault) {
    guard !slot.isThere else { throw ScanFault(.repeatedField, Int(field.start)) }
    slot = field
  }

  /// What the message is, by its event or else by the fields that it has.
  @inline(__always)
  func kind(_ bytes: borrowing Span<UInt8>) throws(ScanFault) -> Kind {
    guard event.isThere else {
      if snapshot.isThere { return .snapshot }
      if last.isThere, bid.isThere || ask.isThere { return .quote }
      if isAnswer { return .other }
      throw ScanFault(.unknownType, 0)
    }
    guard event.kind == .text else { throw ScanFault(.unknownType, Int(event.start)) }
    switch event.name(bytes) {
    case (0x626F_6F6B_5469_636B, 0x6572): return .quote  // bookTicker
    case (0x6465_7074_6855_7064, 0x61_7465): return .update  // depthUpdate
    case (0x74_7261_6465, 0): return .trade  // trade
    case (0x6167_6754_7261_6465, 0): return .aggregateTrade  // aggTrade
    default: throw ScanFault(.unknownType, Int(event.start))
    }
  }
}

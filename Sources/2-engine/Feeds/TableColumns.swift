/// What a table of quotes, trades or levels says in its columns, by the names in its header.
struct TableColumns: Sendable {
  /// What a row is.
  enum Kind: Sendable { case quotes, trades, changes, books }

  /// In which unit a time stands.
  enum Unit: Sendable {
    case nanoseconds, milliseconds
    /// By the number of digits: 13 milliseconds, 16 microseconds, 19 nanoseconds.
    case byDigits
  }

  var kind: Kind
  var count: Int
  var symbol: Int?
  var occurred: (column: Int, unit: Unit)
  var received: (column: Int, unit: Unit)?
  var suspicious: Int?
  var exchange: Int?
  var id: Int?
  var side: Int?
  var price: Int?
  var size: Int?
  var isSnapshot: Int?
  var bid: Int?
  var bidSize: Int?
  var ask: Int?
  var askSize: Int?
  /// The first of the columns `asks[0].price`, `asks[0].amount`, `bids[0].price`, `bids[0].amount`, ….
  var levels = 0

  /// The columns of a header, or nil if they are those of no table that is known.
  init?(header names: [String]) {
    func place(_ wanted: String...) -> Int? { names.firstIndex { wanted.contains($0) } }
    guard Set(names).count == names.count else { return nil }
    count = names.count
    symbol = place("symbol")
    if let column = place("ts_ms") {
      occurred = (column, .milliseconds)
    } else if let column = place("ts_ns") {
      occurred = (column, .nanoseconds)
    } else if let column = place("timestamp") {
      occurred = (column, .byDigits)
    } else {
      return nil
    }
    received = place("local_timestamp").map { ($0, .byDigits) }
    suspicious = place("suspicious")
    id = place("trade_id", "id")
    side = place("side")
    price = place("price")
    size = place("size", "amount")
    isSnapshot = place("is_snapshot")
    bid = place("bid", "bid_price")
    bidSize = place("bid_size", "bid_amount")
    ask = place("ask", "ask_price")
    askSize = place("ask_size", "ask_amount")
    // The exchange of a row is a letter behind the symbol; a vendor's own first column is a word.
    exchange = names.first == "exchange" ? nil : place("exchange")
    if isSnapshot != nil, side != nil, price != nil, size != nil {
      kind = .changes
    } else if bid != nil, ask != nil {
      kind = .quotes
    } else if price != nil, size != nil {
      kind = .trades
    } else if let first = place("asks[0].price"), Self.isBook(names, from: first) {
      kind = .books
      levels = first
    } else {
      return nil
    }
  }

  private static func isBook(_ names: [String], from first: Int) -> Bool {
    guard (names.count - first) % 4 == 0 else { return false }
    for (offset, name) in names[first...].enumerated() {
      let side = offset % 4 < 2 ? "asks" : "bids"
      let what = offset % 2 == 0 ? "price" : "amount"
      if name != "\(side)[\(offset / 4)].\(what)" { return false }
    }
    return true
  }
}

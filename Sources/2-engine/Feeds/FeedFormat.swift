/// The forms of feeds that are read.
public enum FeedFormat: String, Sendable, CaseIterable {
  /// Recordings of Binance's streams: time of receipt, blank, message.
  case binance
  /// Bybit's order book messages, one a line.
  case bybit
  /// Recordings of Hyperliquid's streams: time of receipt, blank, message.
  case hyperliquid
  /// A market by order in text, as CME's is given.
  case orders
  /// LOBSTER's messages of one day.
  case lobster
  /// A table of quotes, trades or levels with a header.
  case table

  /// The format of a text that begins with `bytes`, or nil if it is none of these.
  ///
  /// The first line decides, so at least that much has to be given.
  public static func detect(_ bytes: borrowing Span<UInt8>) -> FeedFormat? {
    var end = 0
    while end < bytes.count, bytes[end] != 0x0A { end += 1 }
    if end > 0, bytes[end - 1] == 0x0D { end -= 1 }
    guard end > 0 else { return nil }
    let line = bytes.extracting(0..<end)
    if line[0] == 0x7B { return isBybit(line) ? .bybit : nil }
    var fields = RowFields()
    if line[0] &- 0x30 <= 9 { return ofNumber(line, &fields) }
    do throws(ScanFault) { try fields.split(line) } catch { return nil }
    var text = ""
    for at in 0..<end { text.unicodeScalars.append(Unicode.Scalar(line[at])) }
    if text == OrderFeedDecoder.header { return .orders }
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    return TableColumns(header: names) == nil ? nil : .table
  }

  /// A line that begins with a digit: a time of receipt, or LOBSTER's time.
  private static func ofNumber(
    _ line: borrowing Span<UInt8>, _ fields: inout RowFields
  ) -> FeedFormat? {
    var at = 0
    while at < line.count, line[at] &- 0x30 <= 9 { at += 1 }
    if at + 1 < line.count, line[at] == 0x20, line[at + 1] == 0x7B {
      var cursor = JSONCursor(at: at + 1)
      do throws(ScanFault) {
        try cursor.expect(0x7B, line)
        let name = try cursor.name(line)
        return Scan.word(line, name.range) == 0x63_6861_6E6E_656C ? .hyperliquid : .binance
      } catch { return nil }
    }
    do throws(ScanFault) {
      try fields.split(line)
      try fields.check(6)
    } catch { return nil }
    return .lobster
  }

  private static func isBybit(_ line: borrowing Span<UInt8>) -> Bool {
    var cursor = JSONCursor(at: 1)
    do throws(ScanFault) {
      repeat {
        let name = try cursor.name(line)
        if Scan.word(line, name.range) == 0x74_6F70_6963 { return true }  // topic
        _ = try cursor.value(line)
      } while try cursor.goesOn(until: 0x7D, line)
      return false
    } catch { return false }
  }
}

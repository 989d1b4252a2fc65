import OmniCollections

/// The name by which a venue calls the instrument of a decoder: given, or that of the first record.
struct FeedSymbol: Sendable {
  private var name: [UInt8]

  /// Creates the name that is given, or one that the first record says.
  init(_ name: String? = nil) { self.name = Array((name ?? "").utf8) }

  /// Whether a name is known.
  var isKnown: Bool { !name.isEmpty }

  /// Whether `range` holds the name, or no name is known.
  func matches(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
    name.isEmpty || Scan.equals(bytes, range, name)
  }

  /// Refuses a field with another name; one that is absent says nothing.
  func check(_ bytes: borrowing Span<UInt8>, _ field: JSONCursor.Field) throws(ScanFault) {
    guard field.isThere else { return }
    let range = try field.needed()
    guard matches(bytes, range) else { throw ScanFault(.otherInstrument, range.lowerBound) }
  }

  /// Keeps the name of the first record that was taken.
  mutating func learn(_ bytes: borrowing Span<UInt8>, _ field: JSONCursor.Field) {
    if field.isThere { learn(bytes, field.range) }
  }

  /// Keeps the name in `range` if none is known.
  mutating func learn(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) {
    guard name.isEmpty else { return }
    name.reserveCapacity(range.count)
    for index in range { name.append(bytes[index]) }
  }
}

extension JSONCursor {
  /// Reads a side of the form `[["price","size"],…]` and appends its levels.
  mutating func side(
    _ bytes: borrowing Span<UInt8>, _ grid: PriceGrid, isAsk: Bool,
    into levels: inout GrowingBuffer<DepthLevel>
  ) throws(ScanFault) {
    try expect(0x5B, bytes)
    if try take(0x5D, bytes) { return }
    repeat {
      try expect(0x5B, bytes)
      let price = try text(bytes)
      try expect(0x2C, bytes)
      let size = try text(bytes)
      try expect(0x5D, bytes)
      let ticks = try grid.ticks.steps(bytes, price.range, off: .offTick)
      guard ticks > 0 else { throw ScanFault(.outOfRange, Int(price.start)) }
      let lots = try grid.lots.steps(bytes, size.range, off: .offLot)
      levels.append(DepthLevel(price: ticks, size: lots, isAsk: isAsk))
    } while try goesOn(until: 0x5D, bytes)
  }
}

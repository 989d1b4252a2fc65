import OmniEncoding

/// Reads what ``ColumnEncoder`` writes, and refuses everything else.
struct ColumnDecoder: ~Copyable {
  private var runValues = [Int64](repeating: 0, count: MarketBlock.rowsMax)
  private var runLengths = [Int64](repeating: 0, count: MarketBlock.rowsMax)
  private var entries = [Int64](repeating: 0, count: ColumnForm.entriesMax)

  /// Reads the column in `range` of `bytes` into the first `count` places of `target`.
  ///
  /// - Returns: whether the bytes are exactly one column of so many values.
  /// - Precondition: `BitPacking.padding` bytes follow `range`; `target` has as many places beyond
  ///   `count`.
  /// - Complexity: O(count), without allocation.
  mutating func read(
    _ bytes: Span<UInt8>, _ range: Range<Int>, into target: inout MutableSpan<Int64>, count: Int
  ) -> Bool {
    var place = Place(offset: range.lowerBound, end: range.upperBound)
    guard let form = place.form(bytes) else { return false }
    let isRead =
      form == .runs
      ? readRuns(bytes, &place, into: &target, count)
      : Self.readPlain(bytes, &place, form, &entries, into: &target, count)
    return isRead && place.offset == place.end
  }

  private mutating func readRuns(
    _ bytes: Span<UInt8>, _ place: inout Place, into target: inout MutableSpan<Int64>, _ count: Int
  ) -> Bool {
    guard let runs = place.count(bytes, upTo: count) else { return false }
    var lengths = runLengths.mutableSpan
    guard
      PackedNumbers.read(
        bytes, at: &place.offset, end: place.end, .none, into: &lengths, 0..<runs),
      let form = place.form(bytes), form != .runs
    else { return false }
    // Taken out for the call, since a value lends all of itself or nothing.
    var values: [Int64] = []
    swap(&values, &runValues)
    defer { swap(&values, &runValues) }
    var span = values.mutableSpan
    guard Self.readPlain(bytes, &place, form, &entries, into: &span, runs) else { return false }
    return BitPacking.expand(
      values.span, runLengths.span, runs: runs, into: &target, count: count)
  }

  private static func readPlain(
    _ bytes: Span<UInt8>, _ place: inout Place, _ form: ColumnForm, _ entries: inout [Int64],
    into target: inout MutableSpan<Int64>, _ count: Int
  ) -> Bool {
    switch form {
    case .constant:
      guard let value = place.signed(bytes) else { return false }
      for index in 0..<count { target[index] = value }
      return true
    case .frame:
      return PackedNumbers.read(
        bytes, at: &place.offset, end: place.end, .none, into: &target, 0..<count)
    case .delta:
      guard let first = place.signed(bytes) else { return false }
      target[0] = first
      return PackedNumbers.read(
        bytes, at: &place.offset, end: place.end, .previous, into: &target, 1..<count)
    case .deltaOfTwo, .doubleDelta:
      guard count > 2, let first = place.signed(bytes), let second = place.signed(bytes)
      else { return false }
      target[0] = first
      target[1] = form == .deltaOfTwo ? second : first &+ second
      return PackedNumbers.read(
        bytes, at: &place.offset, end: place.end,
        form == .deltaOfTwo ? .beforePrevious : .line, into: &target, 2..<count)
    case .dictionary:
      guard let size = place.count(bytes, upTo: ColumnForm.entriesMax),
        let first = place.signed(bytes)
      else { return false }
      entries[0] = first
      var table = entries.mutableSpan
      guard
        PackedNumbers.read(
          bytes, at: &place.offset, end: place.end, .previous, into: &table, 1..<size),
        PackedNumbers.read(
          bytes, at: &place.offset, end: place.end, .none, into: &target, 0..<count)
      else { return false }
      return BitPacking.replace(&target, count: count, from: entries.span, entries: size)
    case .runs: return false
    }
  }
}

/// Where the reading of a column is, and where it must end.
private struct Place {
  var offset: Int
  let end: Int

  mutating func form(_ bytes: Span<UInt8>) -> ColumnForm? {
    guard offset < end else { return nil }
    offset += 1
    return ColumnForm(rawValue: bytes[offset - 1])
  }

  mutating func signed(_ bytes: Span<UInt8>) -> Int64? {
    Varint.read(bytes, at: &offset, end: end).map(Varint.unzigzag)
  }

  /// A count from 1 to `limit`.
  mutating func count(_ bytes: Span<UInt8>, upTo limit: Int) -> Int? {
    guard let number = Varint.read(bytes, at: &offset, end: end),
      number >= 1, number <= UInt64(limit)
    else { return nil }
    return Int(number)
  }
}

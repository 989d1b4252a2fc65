import OmniEncoding

/// Writes a column in whichever form is the shortest; of equals, the first in ``ColumnForm``.
struct ColumnEncoder: ~Copyable {
  private var plain = PlainEncoder()
  private var runValues = [Int64](repeating: 0, count: MarketBlock.rowsMax)
  private var runLengths = [Int64](repeating: 0, count: MarketBlock.rowsMax)

  /// Adds the first `count` numbers of `column` to `bytes`, and tells in which form.
  ///
  /// - Precondition: there is at least one value, and not more than a block has rows.
  /// - Complexity: O(count), and the sorting of the distinct values where they are few.
  @discardableResult
  mutating func append(
    _ column: [Int64], count: Int, to bytes: inout [UInt8]
  ) -> ColumnForm {
    let values = column.span
    let (form, size) = plain.plan(values, count)
    let runs = split(values, count)
    // Runs of one on average cannot pay.
    if form != .constant, runs * 2 <= count {
      // Of their own while `plain` changes, since a value lends all of itself or nothing.
      let (runValues, runLengths) = (runValues, runLengths)
      let lengths = PackedNumbers(runLengths.span, count: runs)
      let inner = plain.plan(runValues.span, runs)
      if 1 + Varint.byteCount(UInt64(runs)) + lengths.byteCount + inner.size < size {
        bytes.append(ColumnForm.runs.rawValue)
        Varint.append(UInt64(runs), to: &bytes)
        lengths.write(runLengths.span, count: runs, into: &bytes)
        plain.append(runValues.span, runs, inner.form, to: &bytes)
        return .runs
      }
      // The dictionary holds the runs' values now.
      _ = plain.plan(values, count)
    }
    plain.append(values, count, form, to: &bytes)
    return form
  }

  private mutating func split(_ values: Span<Int64>, _ count: Int) -> Int {
    var runs = 0
    for index in 0..<count {
      if index > 0, values[index] == values[index - 1] {
        runLengths[runs - 1] += 1
      } else {
        runValues[runs] = values[index]
        runLengths[runs] = 0
        runs += 1
      }
    }
    return runs
  }
}

/// Writes a column in the shortest form but runs.
private struct PlainEncoder: ~Copyable {
  private var work = [Int64](repeating: 0, count: MarketBlock.rowsMax)
  private var dictionary = ValueDictionary()

  /// The shortest form, and how many bytes it takes.
  mutating func plan(_ values: Span<Int64>, _ count: Int) -> (form: ColumnForm, size: Int) {
    if Self.isConstant(values, count) {
      return (.constant, 1 + Varint.byteCount(Varint.zigzag(values[0])))
    }
    var best = (form: ColumnForm.frame, size: 1 + PackedNumbers(values, count: count).byteCount)
    for form in [ColumnForm.delta, .deltaOfTwo, .doubleDelta] {
      let head = Self.headCount(form)
      guard count > head else { continue }
      difference(values, count, form)
      var size = 1 + PackedNumbers(work.span, count: count - head).byteCount
      for index in 0..<head { size += Varint.byteCount(Self.head(values, form, index)) }
      if size < best.size { best = (form, size) }
    }
    if let size = dictionary.build(values, count, places: &work), 1 + size < best.size {
      best = (.dictionary, 1 + size)
    }
    return best
  }

  /// Adds `values` in `form`.
  ///
  /// - Precondition: the last plan was of these values.
  mutating func append(
    _ values: Span<Int64>, _ count: Int, _ form: ColumnForm, to bytes: inout [UInt8]
  ) {
    bytes.append(form.rawValue)
    switch form {
    case .constant: Varint.append(Varint.zigzag(values[0]), to: &bytes)
    case .frame: PackedNumbers(values, count: count).write(values, count: count, into: &bytes)
    case .dictionary:
      dictionary.write(to: &bytes)
      dictionary.find(values, count, places: &work)
      PackedNumbers(work.span, count: count).write(work.span, count: count, into: &bytes)
    case .delta, .deltaOfTwo, .doubleDelta, .runs:
      let head = Self.headCount(form)
      for index in 0..<head { Varint.append(Self.head(values, form, index), to: &bytes) }
      difference(values, count, form)
      PackedNumbers(work.span, count: count - head).write(
        work.span, count: count - head, into: &bytes)
    }
  }

  private static func isConstant(_ values: Span<Int64>, _ count: Int) -> Bool {
    for index in 1..<max(1, count) where values[index] != values[0] { return false }
    return true
  }

  private static func headCount(_ form: ColumnForm) -> Int { form == .delta ? 1 : 2 }

  private static func head(_ values: Span<Int64>, _ form: ColumnForm, _ index: Int) -> UInt64 {
    let isSlope = form == .doubleDelta && index == 1
    return Varint.zigzag(isSlope ? values[1] &- values[0] : values[index])
  }

  /// Writes what `form` packs into `work`.
  ///
  /// All wraps, as it does when it is read.
  private mutating func difference(_ values: Span<Int64>, _ count: Int, _ form: ColumnForm) {
    switch form {
    case .delta:
      for index in 1..<count { work[index - 1] = values[index] &- values[index - 1] }
    case .deltaOfTwo:
      for index in 2..<count { work[index - 2] = values[index] &- values[index - 2] }
    default:
      for index in 2..<count {
        let slope = values[index - 1] &- values[index - 2]
        work[index - 2] = values[index] &- values[index - 1] &- slope
      }
    }
  }
}

/// The distinct values of a column, ascending, and the place of each among them.
private struct ValueDictionary: ~Copyable {
  private static let slots = 4 * ColumnForm.entriesMax

  private var slotValues = [Int64](repeating: 0, count: slots)
  private var slotPlaces = [Int64](repeating: 0, count: slots)
  /// In which round a slot was taken last.
  private var slotRounds = [UInt64](repeating: 0, count: slots)
  private var round: UInt64 = 0
  private var entries: [Int64] = []
  private var differences = [Int64](repeating: 0, count: ColumnForm.entriesMax)

  /// Takes the values in, and tells how many bytes entries and places take; nil if they are too many.
  mutating func build(
    _ values: Span<Int64>, _ count: Int, places: inout [Int64]
  ) -> Int? {
    round += 1
    entries.removeAll(keepingCapacity: true)
    for index in 0..<count {
      let slot = slot(of: values[index])
      if slotRounds[slot] == round { continue }
      guard entries.count < min(ColumnForm.entriesMax, count / 2) else { return nil }
      slotRounds[slot] = round
      slotValues[slot] = values[index]
      entries.append(values[index])
    }
    entries.sort()
    for (place, value) in entries.enumerated() { slotPlaces[slot(of: value)] = Int64(place) }
    for place in entries.indices.dropFirst() {
      differences[place - 1] = entries[place] &- entries[place - 1]
    }
    find(values, count, places: &places)
    return Varint.byteCount(UInt64(entries.count)) + Varint.byteCount(Varint.zigzag(entries[0]))
      + PackedNumbers(differences.span, count: entries.count - 1).byteCount
      + PackedNumbers(places.span, count: count).byteCount
  }

  /// Writes the place of each value.
  func find(_ values: Span<Int64>, _ count: Int, places: inout [Int64]) {
    for index in 0..<count { places[index] = slotPlaces[slot(of: values[index])] }
  }

  /// Adds the entries.
  func write(to bytes: inout [UInt8]) {
    Varint.append(UInt64(entries.count), to: &bytes)
    Varint.append(Varint.zigzag(entries[0]), to: &bytes)
    PackedNumbers(differences.span, count: entries.count - 1).write(
      differences.span, count: entries.count - 1, into: &bytes)
  }

  /// Where `value` is, or would be put.
  private func slot(of value: Int64) -> Int {
    // Fibonacci hashing: the golden ratio's digits spread neighbours (Knuth, vol. 3, 6.4).
    let hash = UInt64(bitPattern: value) &* 0x9E37_79B9_7F4A_7C15
    var slot = Int(hash >> 50)
    while slotRounds[slot] == round, slotValues[slot] != value {
      slot = (slot + 1) & (Self.slots - 1)
    }
    return slot
  }
}

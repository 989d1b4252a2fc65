import OmniEncoding

/// Whole numbers as mini-blocks of 128, each packed in the fewest bits above its smallest.
///
///     least      zigzag varint   the smallest of all
///     step       varint          what all differences are multiples of; at least 1
///     and for each mini-block:
///     width      1 byte          bits of a number, 0 to 57 or 64
///     base       varint          (smallest of the mini-block - least) / step
///     numbers    packed          (value - smallest of the mini-block) / step
struct PackedNumbers {
  static let miniBlock = 128

  let least: Int64
  let step: UInt64
  /// How many bytes the numbers take.
  let byteCount: Int

  /// Plans `values`.
  ///
  /// - Complexity: O(count), without allocation.
  init(_ values: Span<Int64>, count: Int) {
    var least = Int64.max
    for index in 0..<count { least = min(least, values[index]) }
    self.least = count == 0 ? 0 : least
    step = Self.step(of: values, count, above: least)
    var size = Varint.byteCount(Varint.zigzag(self.least)) + Varint.byteCount(step)
    var start = 0
    while start < count {
      let end = min(start + Self.miniBlock, count)
      let form = Self.form(values, start..<end, step)
      size += 1 + Varint.byteCount(Self.place(form.base, above: self.least) / step)
      size += BitPacking.byteCount(end - start, width: form.width)
      start = end
    }
    byteCount = size
  }

  /// Adds the planned bytes.
  func write(_ values: Span<Int64>, count: Int, into bytes: inout [UInt8]) {
    Varint.append(Varint.zigzag(least), to: &bytes)
    Varint.append(step, to: &bytes)
    var start = 0
    while start < count {
      let end = min(start + Self.miniBlock, count)
      let form = Self.form(values, start..<end, step)
      bytes.append(UInt8(form.width))
      Varint.append(Self.place(form.base, above: least) / step, to: &bytes)
      BitPacking.pack(values, start..<end, form, into: &bytes)
      start = end
    }
  }

  /// Reads numbers to `range` of `target`, and moves `offset` behind them.
  ///
  /// - Returns: whether the bytes up to `end` held them; `target` is of no use otherwise.
  static func read(
    _ bytes: Span<UInt8>, at offset: inout Int, end: Int, _ sum: BitPacking.Sum,
    into target: inout MutableSpan<Int64>, _ range: Range<Int>
  ) -> Bool {
    guard let least = Varint.read(bytes, at: &offset, end: end),
      let step = Varint.read(bytes, at: &offset, end: end)
    else { return false }
    let origin = UInt64(bitPattern: Varint.unzigzag(least))
    var start = range.lowerBound
    while start < range.upperBound {
      let stop = min(start + miniBlock, range.upperBound)
      guard offset < end else { return false }
      let width = Int(bytes[offset])
      offset += 1
      guard BitPacking.isWidth(width), let base = Varint.read(bytes, at: &offset, end: end)
      else { return false }
      let size = BitPacking.byteCount(stop - start, width: width)
      guard size <= end - offset else { return false }
      let form = BitPacking.Form(width: width, base: origin &+ step &* base, step: step)
      BitPacking.unpack(bytes, at: offset, form, sum, into: &target, start..<stop)
      offset += size
      start = stop
    }
    return true
  }

  private static func form(
    _ values: Span<Int64>, _ range: Range<Int>, _ step: UInt64
  ) -> BitPacking.Form {
    var (least, most) = (Int64.max, Int64.min)
    for index in range {
      least = min(least, values[index])
      most = max(most, values[index])
    }
    let base = UInt64(bitPattern: least)
    // Exact: `most` is not below `least`, so the difference fits 64 bits without a sign.
    let largest = (UInt64(bitPattern: most) &- base) / step
    return BitPacking.Form(width: BitPacking.width(upTo: largest), base: base, step: step)
  }

  /// How far `base` is above `least`, which is never negative.
  private static func place(_ base: UInt64, above least: Int64) -> UInt64 {
    base &- UInt64(bitPattern: least)
  }

  /// The largest number that divides all differences.
  private static func step(of values: Span<Int64>, _ count: Int, above least: Int64) -> UInt64 {
    var step: UInt64 = 0
    for index in 0..<count {
      var (left, right) = (UInt64(bitPattern: values[index] &- least), step)
      if left == 0 || step != 0 && left % step == 0 { continue }
      while right != 0 { (left, right) = (right, left % right) }
      step = left
      if step == 1 { break }
    }
    return max(step, 1)
  }
}

/// Numbers in as few bytes of seven bits as they need, lowest first; the top bit says that more
/// follow.
enum Varint {
  static func byteCount(_ number: UInt64) -> Int {
    max(1, (70 - number.leadingZeroBitCount) / 7)
  }

  static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    while rest > 127 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// The number at `offset`, which is moved behind it; nil if it does not end before `end` or within
  /// ten bytes.
  static func read(_ bytes: Span<UInt8>, at offset: inout Int, end: Int) -> UInt64? {
    var number: UInt64 = 0
    var shift: UInt64 = 0
    while offset < end, shift < 70 {
      let byte = bytes[offset]
      offset += 1
      number |= UInt64(byte & 127) << shift
      if byte < 128 { return number }
      shift += 7
    }
    return nil
  }

  /// Small numbers of either sign as small ones without.
  static func zigzag(_ number: Int64) -> UInt64 {
    UInt64(bitPattern: (number << 1) ^ (number >> 63))
  }

  static func unzigzag(_ number: UInt64) -> Int64 {
    Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }
}

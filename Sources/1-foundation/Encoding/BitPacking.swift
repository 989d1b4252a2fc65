/// Numbers of a few bits each, side by side in bytes, and the sums that lead from them to values.
///
/// Number i lies in the bits from i × width on, lowest bit first, as one little-endian number. To
/// read it takes one load of eight bytes, a shift and a mask, whatever the number: no step depends
/// on a value, so a processor works on several at once. A load may reach past the packed bytes,
/// hence ``padding``. Widths of 58 to 63 bits could straddle nine bytes and do not occur.
///
/// All arithmetic wraps: bytes from outside can give wrong numbers, and never stop the program.
public enum BitPacking {
  /// How many bytes must be readable behind the packed ones.
  public static let padding = 8

  /// The width in which numbers up to `largest` are packed: 0 to 57, or 64.
  @inlinable
  public static func width(upTo largest: UInt64) -> Int {
    let bits = 64 - largest.leadingZeroBitCount
    return bits > 57 ? 64 : bits
  }

  /// Whether numbers can be packed in `width` bits.
  @inlinable
  public static func isWidth(_ width: Int) -> Bool { (0...57).contains(width) || width == 64 }

  /// How many bytes `count` numbers of `width` bits take.
  @inlinable
  public static func byteCount(_ count: Int, width: Int) -> Int { (count * width + 7) >> 3 }

  /// Adds the numbers at `range` of `values`, each less `base` and divided by `step`, to `bytes`.
  ///
  /// - Precondition: each quotient is exact and fits `width` bits.
  /// - Complexity: O(count); allocates only while `bytes` has not been as large.
  public static func pack(
    _ values: Span<Int64>, _ range: Range<Int>, _ form: Form, into bytes: inout [UInt8]
  ) {
    precondition(isWidth(form.width), "a width that can be packed")
    if form.width == 0 { return }
    var pending: UInt64 = 0
    var filled = 0
    for index in range {
      let number = (UInt64(bitPattern: values[index]) &- form.base) / form.step
      // Shifts of 64 and more give zero.
      pending |= number << UInt64(filled)
      filled += form.width
      if filled >= 64 {
        append(pending, 8, &bytes)
        filled -= 64
        pending = filled == 0 ? 0 : number >> UInt64(form.width - filled)
      }
    }
    append(pending, (filled + 7) >> 3, &bytes)
  }

  /// How a stretch of numbers is packed: a value is `base` + `step` × number.
  @frozen
  public struct Form: Sendable {
    /// The bits of a number.
    public let width: Int
    /// The value of number 0.
    public let base: UInt64
    /// By how much the value of a number differs from that of the next.
    public let step: UInt64

    /// Groups the three.
    @inlinable
    public init(width: Int, base: UInt64, step: UInt64) {
      self.width = width
      self.base = base
      self.step = step
    }
  }

  private static func append(_ word: UInt64, _ count: Int, _ bytes: inout [UInt8]) {
    for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(index * 8))) }
  }

  // MARK: Unpacking

  /// What a value is the sum of, beside what was unpacked for it.
  @frozen
  public enum Sum: Sendable, Equatable {
    /// Nothing else.
    case none
    /// The value before it.
    case previous
    /// The value before the one before it.
    case beforePrevious
    /// Twice the value before it, less the one before that.
    case line
  }

  /// Writes the values of the numbers packed from `offset` of `bytes` on to `range` of `target`.
  ///
  /// - Precondition: the width can be packed; ``padding`` bytes follow the packed ones; `range` lies
  ///   in `target`, as do the one or two places before it that `sum` speaks of.
  /// - Complexity: O(count), without allocation and without a branch that depends on a value.
  public static func unpack(
    _ bytes: Span<UInt8>, at offset: Int, _ form: Form, _ sum: Sum,
    into target: inout MutableSpan<Int64>, _ range: Range<Int>
  ) {
    let before = sum == .none ? 0 : sum == .previous ? 1 : 2
    precondition(isWidth(form.width), "a width that can be packed")
    precondition(range.lowerBound >= before && range.upperBound <= target.count, "a part of target")
    precondition(
      offset >= 0
        && offset + byteCount(range.count, width: form.width) + padding <= bytes.count,
      "packed bytes and padding")
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe target.withUnsafeMutableBufferPointer { target in
        guard let base = bytes.baseAddress, let place = target.baseAddress else { return }
        let source = unsafe UnsafeRawPointer(base + offset)
        let output = unsafe UnsafeMutableRawPointer(place + range.lowerBound)
          .assumingMemoryBound(to: UInt64.self)
        unsafe run(source, form, sum, output, range.count)
      }
    }
  }

  @inline(__always)
  private static func run(
    _ source: UnsafeRawPointer, _ form: Form, _ sum: Sum, _ output: UnsafeMutablePointer<UInt64>,
    _ count: Int
  ) {
    switch sum {
    case .none: unsafe each(source, form, count) { unsafe output[$0] = $1 }
    case .previous:
      var last = unsafe output[-1]
      unsafe each(source, form, count) { index, value in
        last &+= value
        unsafe output[index] = last
      }
    case .beforePrevious:
      var (older, last) = unsafe (output[-2], output[-1])
      unsafe each(source, form, count) { index, value in
        let next = older &+ value
        (older, last) = (last, next)
        unsafe output[index] = next
      }
    case .line:
      var last = unsafe output[-1]
      var slope = unsafe last &- output[-2]
      unsafe each(source, form, count) { index, value in
        slope &+= value
        last &+= slope
        unsafe output[index] = last
      }
    }
  }

  /// Calls `body` with the place and the value of each number.
  @inline(__always)
  private static func each(
    _ source: UnsafeRawPointer, _ form: Form, _ count: Int, _ body: (Int, UInt64) -> Void
  ) {
    let (width, base, step) = (form.width, form.base, form.step)
    if width == 0 {
      for index in 0..<count { body(index, base) }
      return
    }
    if width == 64 {
      for index in 0..<count {
        let number = unsafe source.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self)
        body(index, base &+ step &* UInt64(littleEndian: number))
      }
      return
    }
    let mask = (UInt64(1) << UInt64(width)) &- 1
    var bit = 0
    for index in 0..<count {
      let word = unsafe source.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self)
      let number = (UInt64(littleEndian: word) &>> UInt64(bit & 7)) & mask
      body(index, base &+ step &* number)
      bit &+= width
    }
  }

  /// Replaces each of the first `count` numbers of `target` by the entry of `table` that it names.
  ///
  /// - Returns: whether all of them name one of the first `entries` entries; what does not is 0.
  /// - Precondition: `table` has `entries` entries at least.
  /// - Complexity: O(count), without allocation and without a branch that depends on a value.
  public static func replace(
    _ target: inout MutableSpan<Int64>, count: Int, from table: Span<Int64>, entries: Int
  ) -> Bool {
    precondition(count <= target.count && entries <= table.count && entries > 0, "parts of both")
    return unsafe target.withUnsafeMutableBufferPointer { target in
      unsafe table.withUnsafeBufferPointer { table in
        let limit = UInt64(entries)
        var largest: UInt64 = 0
        for index in 0..<count {
          let name = unsafe UInt64(bitPattern: target[index])
          largest = max(largest, name)
          // The table has an entry 0, so a wrong name reads that.
          unsafe target[index] = table[Int(truncatingIfNeeded: name < limit ? name : 0)]
        }
        return largest < limit
      }
    }
  }

  /// Writes each of `values` as often as `lengths` says, plus one, one behind the other.
  ///
  /// - Returns: whether the runs fill exactly `count` places of `target`; behind them, up to eight
  ///   more are overwritten.
  /// - Precondition: `target` has at least `count` + 8 places; both lists have `runs` entries.
  /// - Complexity: O(runs + count), without allocation.
  public static func expand(
    _ values: Span<Int64>, _ lengths: Span<Int64>, runs: Int,
    into target: inout MutableSpan<Int64>, count: Int
  ) -> Bool {
    precondition(runs <= values.count && runs <= lengths.count && count + 8 <= target.count)
    return unsafe target.withUnsafeMutableBufferPointer { target in
      guard let base = target.baseAddress else { return false }
      let output = UnsafeMutableRawPointer(base)
      var place = 0
      for run in 0..<runs {
        let more = lengths[run]
        guard more >= 0, more < count - place else { return false }
        let eight = SIMD8<Int64>(repeating: values[run])
        // Most runs are short, and what is written too much is overwritten by the next.
        unsafe output.storeBytes(of: eight, toByteOffset: place &* 8, as: SIMD8<Int64>.self)
        var written = 8
        while written <= more {
          unsafe output.storeBytes(
            of: eight, toByteOffset: (place &+ written) &* 8, as: SIMD8<Int64>.self)
          written &+= 8
        }
        place += Int(more) + 1
      }
      return place == count
    }
  }
}

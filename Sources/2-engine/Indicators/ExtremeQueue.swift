public import OmniEncoding

/// The largest of the last n values, by the monotonic queue.
///
/// Holds the values that are larger than all that came after them, oldest first, in a ring of n
/// slots. A new value drives out from the back what it reaches; from the front goes what is n
/// positions old.
///
/// - Invariant: From front to back, positions rise and values fall.
@frozen @usableFromInline struct ExtremeQueue: Sendable {
  @usableFromInline var values: [Double]
  @usableFromInline var positions: [Int]
  @usableFromInline var front = 0
  @usableFromInline var count = 0

  @inlinable
  init(capacity: Int) {
    values = Array(repeating: 0, count: capacity)
    positions = Array(repeating: 0, count: capacity)
  }

  @inlinable
  var capacity: Int { values.count }

  /// The largest value.
  ///
  /// - Precondition: Something was pushed.
  @inlinable
  var largest: Double { values[front] }

  @inlinable
  func slot(_ offset: Int) -> Int {
    let index = front + offset
    return index < capacity ? index : index - capacity
  }

  /// Adds `value`, whose position is one more than that of the value before it.
  @inlinable
  mutating func push(_ value: Double, at position: Int) {
    if count > 0, positions[front] <= position - capacity {
      front = slot(1)
      count -= 1
    }
    while count > 0, values[slot(count - 1)] <= value { count -= 1 }
    let index = slot(count)
    values[index] = value
    positions[index] = position
    count += 1
  }

  @inlinable
  mutating func removeAll() {
    front = 0
    count = 0
  }

  @inlinable
  func encode<Sink: WordSink & ~Copyable>(into sink: inout Sink) {
    sink.put(count: count)
    for offset in 0..<count {
      sink.put(count: positions[slot(offset)])
      sink.put(real: values[slot(offset)])
    }
  }

  /// Takes over the queue of a stream that saw the positions before `end`.
  ///
  /// - Note: After a failure the queue is not usable.
  @inlinable
  mutating func decode<Source: WordSource & ~Copyable>(
    from source: inout Source, end: Int
  ) throws(IndicatorSnapshotFailure) {
    front = 0
    let window = min(capacity, end)
    count = try source.takeCount(in: min(1, window)...window)
    var oldest = end - window
    for offset in 0..<count {
      // What is last in the queue is always the last value that was pushed.
      let isLast = offset == count - 1
      guard oldest < end else { throw .senseless(word: UInt64(oldest)) }
      positions[offset] = try source.takeCount(in: (isLast ? end - 1 : oldest)...(end - 1))
      oldest = positions[offset] + 1
      values[offset] = try source.takeReal()
      guard offset == 0 || values[offset] < values[offset - 1] else {
        throw .senseless(word: values[offset].bitPattern)
      }
    }
  }
}

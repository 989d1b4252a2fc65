package import OmniBus

/// Puts events that may come late, twice or not at all into their order, each once.
///
/// - Invariant: what is handed out has the numbers from the first one on, without gap or double,
///   but for what was given up.
package struct EventOrder {
  private static let source: UInt64 = 0

  /// The number of the event that is handed out next; nil until the first one decides.
  package private(set) var next: UInt64?
  /// Events that wait for what is before them.
  private var held: [UInt64: BusEvent] = [:]
  private var tracker: SequenceTracker
  /// The largest number that is known to exist.
  private var newest: UInt64 = 0
  /// How many events may wait.
  package let heldMax: Int

  package init(heldMax: Int) {
    self.heldMax = heldMax
    tracker = SequenceTracker(islandCountMax: heldMax, sourceCountMax: 1)
  }

  /// How many more events can wait for what is before them.
  package var room: Int { heldMax - held.count }

  /// What is missing first: a whole range if its end is known.
  package var missing: ClosedRange<UInt64>? {
    guard let next else { return nil }
    if let first = tracker.missing(Self.source).first { return first }
    return newest >= next ? next...newest : nil
  }

  /// Begins with the event after `sequence`.
  package mutating func begin(after sequence: UInt64) throws(SequenceTracker.Failure) {
    try tracker.resume(Self.source, after: sequence)
    next = sequence + 1
  }

  /// Notes that event `sequence` exists, though it cannot be had here.
  package mutating func note(exists sequence: UInt64) { newest = max(newest, sequence) }

  /// Takes an event, and hands out all that is in order now.
  ///
  /// - Returns: whether it is new.
  /// - Throws: when as many wait as may; nothing has changed.
  package mutating func take(
    _ event: BusEvent, _ deliver: (BusEvent) -> Void
  ) throws(SequenceTracker.Failure) -> Bool {
    let sequence = event.sequence
    if next == nil { try begin(after: sequence - 1) }
    if try tracker.take(sequence, from: Self.source) == .duplicate { return false }
    newest = max(newest, sequence)
    guard sequence == next else {
      held[sequence] = event
      return true
    }
    deliver(event)
    next = sequence + 1
    handOut(deliver)
    return true
  }

  /// Gives up what is missing before `oldest`, as far as it is missing first.
  ///
  /// - Returns: what is lost, if something is.
  package mutating func giveUp(
    before oldest: UInt64, _ deliver: (BusEvent) -> Void
  ) throws(SequenceTracker.Failure) -> ClosedRange<UInt64>? {
    guard let next, let missing, oldest > next else { return nil }
    let end = min(oldest - 1, missing.upperBound)
    try tracker.resume(Self.source, after: end)
    // The tracker forgot them; there are no more of them than it can keep.
    for sequence in held.keys.sorted() {
      _ = try tracker.take(sequence, from: Self.source)
    }
    self.next = end + 1
    handOut(deliver)
    return next...end
  }

  private mutating func handOut(_ deliver: (BusEvent) -> Void) {
    while !held.isEmpty, let next, let event = held.removeValue(forKey: next) {
      deliver(event)
      self.next = next + 1
    }
  }
}

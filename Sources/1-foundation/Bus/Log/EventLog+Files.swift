import OmniPlatform
import Synchronization

extension EventLog {
  /// How many bytes wait at most before they are written.
  static let bufferBytes = 1 << 18

  /// Whether the log takes events.
  func check(_ state: borrowing State) throws(EventLogFailure) {
    guard state.lock != nil else { throw .closed }
    if let poison = state.poison { throw .poisoned(by: poison) }
  }

  /// Puts the buffer into the last segment, or into a new one.
  func write(_ state: inout State) throws(EventLogFailure) {
    guard state.bufferedCount > 0 else { return }
    let isFull =
      state.segments.last.map {
        $0.bytes > LogSegment.headerBytes
          && $0.bytes + state.buffer.count > configuration.segmentBytes
      } ?? true
    do throws(FileError) {
      if isFull { try roll(&state) }
      try put(&state)
    } catch {
      // What was written in part is cut if it can be; if not, the next opening cuts it.
      if let last = state.segments.last { try? state.file?.truncate(to: last.bytes) }
      state.poison = error
      throw .file(error)
    }
    if case .every(let count) = configuration.durability, state.unsynchronizedCount >= count {
      try synchronize(&state)
    }
  }

  /// Appends the buffer to the last segment's file.
  private func put(_ state: inout State) throws(FileError) {
    guard var last = state.segments.popLast() else { return }
    defer { state.segments.append(last) }
    if state.file == nil { state.file = try File(path + "/" + last.name, .update) }
    try state.file?.write(state.buffer, at: last.bytes)
    last.bytes += state.buffer.count
    state.next += UInt64(state.bufferedCount)
    state.unsynchronizedCount += state.bufferedCount
    state.bufferedCount = 0
    state.buffer.removeAll(keepingCapacity: true)
  }

  /// Ends the last segment, begins another, and removes what need not be kept.
  ///
  /// The old one is on the device before the new one is there, so only the last can be torn.
  private func roll(_ state: inout State) throws(FileError) {
    if !state.segments.isEmpty {
      if state.file != nil { try state.file?.synchronize() }
      state.unsynchronizedCount = 0
    }
    let segment = LogSegment(first: state.next)
    let file = try File(path + "/" + segment.name, .replace)
    try file.write(segment.header, at: 0)
    try FileSystem.synchronizeDirectory(path)
    state.file = consume file
    state.segments.append(segment)
    var sum = state.segments.reduce(0) { $0 + $1.bytes } + state.buffer.count
    while state.segments.count > 1, let oldest = state.segments.first,
      sum - oldest.bytes >= configuration.retentionBytes
    {
      try FileSystem.remove(path + "/" + oldest.name)
      sum -= oldest.bytes
      state.segments.removeFirst()
    }
  }

  /// Waits until the device has everything.
  func synchronize(_ state: inout State) throws(EventLogFailure) {
    do throws(FileError) {
      try state.file?.synchronize()
      state.unsynchronizedCount = 0
    } catch {
      // Never asked again: after a failure nobody can know which pages were dropped.
      state.poison = error
      throw .file(error)
    }
  }

  /// Checks what is in the folder, and cuts an incomplete event at the very end.
  static func recover(
    _ path: String, _ first: UInt64
  ) throws(EventLogFailure) -> (segments: [LogSegment], next: UInt64) {
    var segments: [LogSegment] = []
    var next = first
    var isTorn = false
    do throws(FileError) {
      segments = try FileSystem.names(in: path).compactMap { LogSegment.first(ofName: $0) }
        .map { LogSegment(first: $0) }
    } catch {
      throw .file(error)
    }
    for index in segments.indices {
      if index > 0, segments[index].first != next {
        throw .gap(segment: segments[index].name, found: segments[index].first, wanted: next)
      }
      let isLast = index == segments.count - 1
      let result = try segments[index].scan(in: path, isLast: isLast)
      next = result.next
      isTorn = result.ending == .torn
    }
    // Nothing was changed until here.
    guard isTorn, let last = segments.last else { return (segments, next) }
    do throws(FileError) {
      if last.bytes == 0 {
        try FileSystem.remove(path + "/" + last.name)
        try FileSystem.synchronizeDirectory(path)
        segments.removeLast()
      } else {
        let file = try File(path + "/" + last.name, .update)
        try file.truncate(to: last.bytes)
        try file.synchronize()
      }
    } catch {
      throw .file(error)
    }
    return (segments, next)
  }

  // MARK: Reading

  /// Where an event stands, and how far the log goes.
  struct View {
    let segment: LogSegment
    /// The number after the segment's last event.
    let segmentEnd: UInt64
  }

  /// Where the event numbered `sequence` stands, or nil if it is the next that will be written.
  func view(_ sequence: UInt64) throws(EventLogFailure) -> View? {
    try state.withLock { state throws(EventLogFailure) -> View? in
      if sequence == state.next { return nil }
      guard let index = state.segments.lastIndex(where: { $0.first <= sequence }),
        sequence < state.next
      else {
        let oldest = state.segments.first?.first ?? state.next
        throw .outOfReach(wanted: sequence, oldest: oldest, newest: state.next - 1)
      }
      let isLast = index == state.segments.count - 1
      return View(
        segment: state.segments[index],
        segmentEnd: isLast ? state.next : state.segments[index + 1].first)
    }
  }

  /// A cursor whose first event is the one numbered `sequence`.
  ///
  /// - Throws: `outOfReach` when that event is neither in the files nor the next to be written.
  public func read(from sequence: UInt64) throws(EventLogFailure) -> EventLogCursor {
    _ = try view(sequence)
    return EventLogCursor(self, from: sequence)
  }
}

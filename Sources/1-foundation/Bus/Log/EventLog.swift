import OmniPlatform
import Synchronization

/// Keeps every event of a bus in files that are only appended to, to be read again from any number.
///
///     let log = try EventLog("/var/lib/omni/bus", configuration)
///     let bus = try Bus(ring, log: log)        // the log follows the ring by itself
///     var cursor = try log.read(from: 1)
///     while let event = try cursor.next() { … }
///
/// It has files of its own and not Storage's journal, for four reasons: there times never fall, and a
/// bus takes the times that its publishers give; a journal is read from its first record and after
/// it was written, and here readers begin anywhere while events are being added; it has no limit by
/// bytes; and its records are words, while an event's bytes here are those that bridges send.
///
/// What is cut when it is opened is only an incomplete event at the very end, which a process that
/// was stopped leaves, or zeros there, which a machine that lost its power leaves. All else that is
/// not as it was written is refused with its place.
///
/// - Invariant: numbers rise by one from ``oldest`` to ``newest``.
/// - Complexity: opening reads every byte that is kept.
public final class EventLog: Sendable {
  /// How the log is kept.
  public let configuration: EventLogConfiguration
  /// The folder.
  public let path: String
  let state: Mutex<State>

  struct State: ~Copyable {
    /// The right to write, or nil after the log was closed.
    var lock: DirectoryLock?
    var file: File?
    /// Oldest first; the last one is being written if `file` is there.
    var segments: [LogSegment]
    /// The number after the last event in the files.
    var next: UInt64
    /// Events on their way into the files, and how many they are.
    var buffer: [UInt8] = []
    var bufferedCount = 0
    /// How many events the device may not have.
    var unsynchronizedCount = 0
    var poison: FileError?

    /// The number that the next event has to have.
    var wanted: UInt64 { next + UInt64(bufferedCount) }

    /// The range of what is in the files, or nil.
    var range: ClosedRange<UInt64>? {
      guard let first = segments.first?.first, first < next else { return nil }
      return first...next - 1
    }
  }

  /// Opens the log in the folder at `path`, or begins one there.
  ///
  /// - Parameter first: the number of the first event, if the log is new; above 0.
  /// - Throws: `corrupt`, `badSegment`, `gap` with nothing changed; `file`.
  public init(
    _ path: String, _ configuration: EventLogConfiguration, first: UInt64 = 1
  ) throws(EventLogFailure) {
    precondition(first > 0, "numbers begin with 1")
    self.path = path
    self.configuration = configuration
    let lock: DirectoryLock
    do throws(FileError) {
      try FileSystem.makeDirectory(path)
      lock = try DirectoryLock(path)
    } catch {
      throw .file(error)
    }
    let (segments, next) = try Self.recover(path, first)
    state = Mutex(State(lock: lock, file: nil, segments: segments, next: next))
  }

  /// The number of the oldest event in the files, or nil if there is none.
  public var oldest: UInt64? { state.withLock { $0.range?.lowerBound } }

  /// The number of the newest event in the files, or nil if there is none.
  public var newest: UInt64? { state.withLock { $0.range?.upperBound } }

  /// The number that the next event has.
  public var nextSequence: UInt64 { state.withLock { $0.wanted } }

  /// How many bytes the files have together.
  public var bytes: Int { state.withLock { $0.segments.reduce(0) { $0 + $1.bytes } } }

  // MARK: Writing

  /// Adds an event, to be written by ``flush()`` or when the buffer is large.
  ///
  /// - Throws: `outOfOrder`, `closed`, `poisoned`: nothing has changed; `file`: the log takes
  ///   nothing more.
  public func append(_ header: BusHeader, _ payload: RawSpan) throws(EventLogFailure) {
    try unsafe payload.withUnsafeBytes { bytes throws(EventLogFailure) in
      try state.withLock { state throws(EventLogFailure) in
        try check(state)
        guard header.sequence == state.wanted else {
          throw .outOfOrder(found: header.sequence, wanted: state.wanted)
        }
        EventEnvelope.append(header, unsafe bytes.bytes, to: &state.buffer)
        state.bufferedCount += 1
        if state.buffer.count >= Self.bufferBytes { try write(&state) }
      }
    }
  }

  /// Writes what was added; from then on cursors see it, and the end of the process does not matter.
  ///
  /// - Throws: as ``append(_:_:)``.
  public func flush() throws(EventLogFailure) {
    try state.withLock { state throws(EventLogFailure) in
      try check(state)
      try write(&state)
    }
  }

  /// Writes what was added and returns when all of it is on the device.
  ///
  /// - Throws: as ``append(_:_:)``.
  public func synchronize() throws(EventLogFailure) {
    try state.withLock { state throws(EventLogFailure) in
      try check(state)
      try write(&state)
      try synchronize(&state)
    }
  }

  /// Writes and synchronises what there is, and gives the folder free; a second time does nothing.
  ///
  /// - Throws: as ``append(_:_:)``; the log is closed all the same.
  public func close() throws(EventLogFailure) {
    try state.withLock { state throws(EventLogFailure) in
      guard state.lock != nil else { return }
      defer {
        state.lock = nil
        state.file = nil
      }
      if let poison = state.poison { throw .poisoned(by: poison) }
      try write(&state)
      try synchronize(&state)
    }
  }
}

public import OmniTime

/// A store that several nodes share, behind their memories.
///
/// `MemoryTier` is the one in the process; connectors keep it in Redis or in a file.
public protocol QueryTier: Sendable {
  /// Whether whoever asks may begin to read on its own thread.
  ///
  /// If so, a query for which the tier has all is answered without a change of thread. Only for a
  /// tier whose calls keep a thread for no longer than some tenth of a millisecond at a time; false
  /// if it does not say.
  var isPrompt: Bool { get }
  /// Reads entries and stamps, in one trip.
  ///
  /// - Returns: As many entries and stamps as were asked for. A stamp is another number after each
  ///   raise, and after the store has lost what it had.
  func read(keys: [String], stamps: [String]) async throws -> TierAnswer
  /// Writes entries, each for its time.
  func write(_ entries: [TierEntry]) async throws
  /// Raises stamps by one each, and tells all nodes which.
  func raise(_ stamps: [String]) async throws
  /// Takes a lock for a time, unless somebody holds it.
  ///
  /// - Returns: What it is given back with; nil if somebody holds it.
  func lock(_ key: String, lasting: Interval) async throws -> UInt64?
  /// Gives a lock back, if it is still the one that was taken.
  func unlock(_ key: String, _ token: UInt64) async throws
}

extension QueryTier {
  /// False: its calls are made on threads of the pool.
  public var isPrompt: Bool { false }
}

/// An entry of a shared tier.
public struct TierEntry: Sendable, Hashable {
  /// The key.
  public let key: String
  /// The bytes.
  public let bytes: [UInt8]
  /// How long it is to be kept.
  public let lasting: Interval

  /// Creates an entry.
  public init(key: String, bytes: [UInt8], lasting: Interval) {
    self.key = key
    self.bytes = bytes
    self.lasting = lasting
  }
}

/// What a shared tier answered.
public struct TierAnswer: Sendable, Hashable {
  /// An entry that was there.
  public struct Found: Sendable, Hashable {
    /// The bytes.
    public let bytes: [UInt8]
    /// How long it will still be kept.
    public let rest: Interval

    /// Creates what was found.
    public init(bytes: [UInt8], rest: Interval) {
      self.bytes = bytes
      self.rest = rest
    }
  }

  /// The entries, in the order of their keys.
  public let entries: [Found?]
  /// The stamps, in the order of their names.
  public let stamps: [UInt64]

  /// Creates an answer.
  public init(entries: [Found?], stamps: [UInt64]) {
    self.entries = entries
    self.stamps = stamps
  }
}

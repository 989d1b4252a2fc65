import OmniNumerics

/// The service behind the nodes: some places, a queue before them, and bad days.
struct SimulatedBackend: Sendable {
  /// How the service is.
  enum Health: Sendable, Hashable {
    case well
    /// Takes so many times as long.
    case slow(Int)
    /// Of a hundred calls so many end in an error.
    case failing(Int)
    /// Fails nearly always and not at all by turns, each for so many nanoseconds.
    case flapping(Int64)
    /// Takes calls and answers none.
    case silent
  }

  /// The most calls that wait.
  private static let queueMax = 400

  /// How many calls it does at a time.
  var places: Int
  /// How long a call takes on average.
  let meanNanoseconds: Int64
  /// How it is.
  var health = Health.well
  private(set) var running = 0
  private var waiting: [Int] = []
  private var waitingStart = 0
  private var versions: [UInt64: Int] = [:]
  private var random: SplitMix64

  init(places: Int, meanNanoseconds: Int64, seed: UInt64) {
    self.places = places
    self.meanNanoseconds = meanNanoseconds
    random = SplitMix64(seed: seed)
  }

  /// Calls a second that it can do.
  var capacity: Double { Double(places) * 1e9 / Double(meanNanoseconds) }

  /// The present version of a key's value.
  func version(of key: UInt64) -> Int { versions[key] ?? 0 }

  /// Changes the value of a key.
  mutating func change(_ key: UInt64) -> Int {
    versions[key, default: 0] += 1
    return version(of: key)
  }

  /// Takes a call; false if as many wait as may.
  mutating func enqueue(_ call: Int) -> Bool {
    guard waiting.count - waitingStart < Self.queueMax else { return false }
    waiting.append(call)
    return true
  }

  /// The next call that begins, and how long it takes, if a place is free.
  mutating func begin() -> (call: Int, duration: Int64)? {
    guard running < places, waitingStart < waiting.count else { return nil }
    let call = waiting[waitingStart]
    waitingStart += 1
    if waitingStart > 512 {
      waiting.removeFirst(waitingStart)
      waitingStart = 0
    }
    running += 1
    // The sum of two even numbers: from nothing to twice the mean, which it keeps.
    var duration = Int64(Double(meanNanoseconds) * (random.unitDouble() + random.unitDouble()))
    if case .slow(let factor) = health { duration *= Int64(factor) }
    return (call, max(1, duration))
  }

  /// Ends a call that had begun; false if it ends in an error.
  mutating func end(at time: Int64) -> Bool {
    running -= 1
    switch health {
    case .well, .slow, .silent: return true
    case .failing(let percent): return random.below(100) >= UInt64(percent)
    case .flapping(let turn): return time / turn % 2 == 0 || random.below(100) >= 90
    }
  }
}

import CAllocations
import OmniPlatform

/// What one run of a benchmark took.
public struct Measurement: Sendable {
  /// Processor time of the thread, in nanoseconds.
  public let nanoseconds: Int64
  /// Requests to the allocator.
  public let allocations: UInt64

  /// Measures `work`.
  public static func of(_ work: () throws -> Void) rethrows -> Measurement {
    let allocations = omni_allocation_count()
    let start = Machine.threadCPUNanoseconds
    try work()
    let end = Machine.threadCPUNanoseconds
    return Measurement(
      nanoseconds: max(1, end - start), allocations: omni_allocation_count() - allocations)
  }

  /// How many of `count` things a second of processor time does.
  public func perSecond(_ count: Int) -> Double { Double(count) * 1e9 / Double(nanoseconds) }
}

/// A figure of a benchmark.
public struct Figure: Sendable {
  /// The name, with its unit last.
  public let key: String
  /// The value.
  public let value: Double
  /// The value of a figure that is no number, such as a hash.
  public let text: String?
  /// What it is, in words.
  public let meaning: String

  /// Creates a figure.
  public init(_ key: String, _ value: Double, _ meaning: String) {
    self.key = key
    self.value = value
    text = nil
    self.meaning = meaning
  }

  /// Creates a figure that is no number.
  public init(_ key: String, text: String, _ meaning: String) {
    self.key = key
    value = 0
    self.text = text
    self.meaning = meaning
  }
}

/// Why a benchmark has no figures.
public enum BenchmarkFailure: Error, CustomStringConvertible {
  /// The work did not give what it must give.
  case wrongResult(String)
  /// The work could not be done.
  case failed(String)

  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .wrongResult(let text): "wrong result: \(text)"
    case .failed(let text): text
    }
  }
}

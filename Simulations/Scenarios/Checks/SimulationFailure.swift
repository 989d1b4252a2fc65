/// What a simulation found to be wrong, with the seed that shows it again.
package struct SimulationFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// What the simulation was made from.
  package let seed: UInt64
  /// What should have been.
  package let check: String
  /// What was.
  package let found: String

  /// The stable code.
  package var code: String { "SIM-001" }

  /// One line: the seed, what was, and what was wanted.
  package var description: String {
    "\(code): seed \(seed): \(found); wanted: \(check)"
  }
}

/// Counts what was checked, and stops at the first thing that is not so.
struct Checks {
  let seed: UInt64
  private(set) var count: UInt64 = 0

  init(seed: UInt64) { self.seed = seed }

  /// Checks that something is so.
  ///
  /// - Parameters:
  ///   - isSo: Whether it is.
  ///   - check: What should be.
  ///   - found: What was found instead.
  mutating func require(
    _ isSo: Bool, _ check: String, found: @autoclosure () -> String
  ) throws(SimulationFailure) {
    count += 1
    guard isSo else { throw SimulationFailure(seed: seed, check: check, found: found()) }
  }

  /// Notes that something was not so.
  func failure(_ check: String, found: String) -> SimulationFailure {
    SimulationFailure(seed: seed, check: check, found: found)
  }

  /// Adds checks that were counted elsewhere.
  mutating func add(_ number: UInt64) { count += number }
}

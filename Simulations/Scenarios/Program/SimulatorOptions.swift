/// Why the program does not know what is wanted.
struct UsageFailure: Error, CustomStringConvertible {
  let description: String

  /// The stable code.
  var code: String { "SIM-002" }

  init(_ found: String, wanted: String) { description = "SIM-002: \(found); wanted \(wanted)" }
}

/// The options of a command line.
struct SimulatorOptions {
  private var values: [String: String] = [:]

  /// Reads `words`, of which only those in `known` may begin with two dashes.
  init(_ words: [String], _ known: [String]) throws(UsageFailure) {
    var rest = words[...]
    while let word = rest.popFirst() {
      let pieces = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard let name = pieces.first, known.contains(name) else {
        throw UsageFailure(word, wanted: known.joined(separator: ", "))
      }
      if name == "--json" {
        values[name] = "true"
      } else if let value = pieces.count == 2 ? pieces[1] : rest.popFirst() {
        values[name] = value
      } else {
        throw UsageFailure("\(name) without a value", wanted: "a value")
      }
    }
  }

  func has(_ name: String) -> Bool { values[name] != nil }

  func text(_ name: String) -> String? { values[name] }

  func number(_ name: String, _ standard: UInt64) throws(UsageFailure) -> UInt64 {
    guard let text = values[name] else { return standard }
    guard let number = UInt64(text) else {
      throw UsageFailure("\(name) is \(text)", wanted: "a whole number below 2^64")
    }
    return number
  }

  /// A number up to `most`.
  func count(_ name: String, _ standard: Int, most: Int) throws(UsageFailure) -> Int {
    let number = try number(name, UInt64(standard))
    guard number <= UInt64(most) else {
      throw UsageFailure("\(name) is \(number)", wanted: "at most \(most)")
    }
    return Int(number)
  }

  func range(_ name: String) throws(UsageFailure) -> ClosedRange<UInt64>? {
    guard let text = values[name] else { return nil }
    let ends = text.split(separator: ".").map { UInt64($0) }
    guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last else {
      throw UsageFailure("\(name) is \(text)", wanted: "two numbers such as 0..99")
    }
    return first...last
  }
}

import Foundation

/// The event bus's figures beside those of Redis, over some rounds.
package struct BusRatios: Sendable {
  /// A bound of what is wanted.
  private enum Bound {
    case atMost(Double)
    case atLeast(Double)

    func holds(_ value: Double) -> Bool {
      switch self {
      case .atMost(let bound): value <= bound
      case .atLeast(let bound): value >= bound
      }
    }

    var text: String {
      switch self {
      case .atMost(let bound): "at most \(BusRatios.text(bound))"
      case .atLeast(let bound): "at least \(BusRatios.text(bound))"
      }
    }
  }

  private let ours: [[String: Double]]
  private let theirs: [[String: Double]]

  /// Creates the comparison of some rounds; `theirs` may be empty.
  package init(ours: [[String: Double]], theirs: [[String: Double]]) {
    self.ours = ours
    self.theirs = theirs
  }

  /// What the peer's lines say: `NAME n=COUNT p50 X p99 Y … us  Z msg/s`, by the name, a point, and
  /// `p50`, `p99` or `rate`; in microseconds, and messages a second.
  package static func figures(ofPeer output: String) -> [String: Double] {
    var figures: [String: Double] = [:]
    for line in output.split(separator: "\n") {
      guard let mark = line.range(of: " n=") else { continue }
      let name = line[..<mark.lowerBound].split(separator: " ").joined(separator: " ")
      let words = line[mark.upperBound...].split(separator: " ")
      for (word, next) in zip(words, words.dropFirst()) {
        if word == "p50" || word == "p99" { figures["\(name).\(word)"] = Double(next) }
        if next == "msg/s" { figures["\(name).rate"] = Double(word) }
      }
    }
    return figures
  }

  /// One line for each aim, and one for each figure of the peer's that has none.
  package var table: String {
    let pubSub = "redis pub/sub"
    let streams = "redis streams XADD/XREAD"
    var lines = [
      compared(
        "in the process, paced, p50 in us", ("inprocess_p50_ns", 0.001),
        "\(pubSub) paced 5k/s.p50", .atMost(0.1)),
      compared(
        "in the process, events a second", ("inprocess_per_s", 1),
        "\(pubSub) saturated (pipeline 100).rate", .atLeast(10)),
      alone(
        "to another process through Redis Streams, paced at 20,000/s, p99 in us",
        "end_to_end_p99_us", .atMost(1_200)),
      alone(
        "in the process, p99 while Redis dies against not", "inprocess_p99_redis_killed_ratio",
        .atMost(1.2)),
      alone(
        "in the process, p99 while Kafka is down against not", "inprocess_p99_kafka_down_ratio",
        .atMost(1.2)),
    ]
    for key in [
      "\(pubSub) paced 5k/s.p99", "\(streams) paced 5k/s.p50", "\(streams) paced 5k/s.p99",
      "\(streams) saturated (pipeline 100).rate",
    ] {
      if let their = Self.over(theirs, key) { lines.append("\(key): \(their.text)") }
    }
    return lines.joined(separator: "\n")
  }

  private func compared(
    _ name: String, _ our: (key: String, unit: Double), _ theirKey: String, _ bound: Bound
  ) -> String {
    guard let mine = Self.over(ours, our.key)?.scaled(our.unit) else {
      return "\(name): not measured"
    }
    guard let their = Self.over(theirs, theirKey), their.median > 0 else {
      return "\(name): \(mine.text); no peer was measured"
    }
    let ratio = mine.median / their.median
    return "\(name): \(mine.text) against \(their.text), \(Self.text(ratio)) times; "
      + verdict(ratio, bound)
  }

  private func alone(_ name: String, _ key: String, _ bound: Bound) -> String {
    guard let mine = Self.over(ours, key) else { return "\(name): not measured" }
    return "\(name): \(mine.text); \(verdict(mine.median, bound))"
  }

  private func verdict(_ value: Double, _ bound: Bound) -> String {
    (bound.holds(value) ? "as wanted, " : "NOT as wanted, ") + bound.text
  }

  /// A figure over the rounds.
  private struct Spread {
    var least: Double
    var median: Double
    var most: Double

    func scaled(_ unit: Double) -> Self {
      Spread(least: least * unit, median: median * unit, most: most * unit)
    }

    var text: String {
      "\(BusRatios.text(median)) (\(BusRatios.text(least)) to \(BusRatios.text(most)))"
    }
  }

  /// A key's figures over the rounds, if each has it.
  private static func over(_ rounds: [[String: Double]], _ key: String) -> Spread? {
    let values = rounds.compactMap { $0[key] }.sorted()
    guard let least = values.first, let most = values.last, values.count == rounds.count else {
      return nil
    }
    return Spread(least: least, median: values[values.count / 2], most: most)
  }

  /// Three digits that count.
  private static func text(_ value: Double) -> String {
    if value.magnitude >= 100 || value == value.rounded() { return "\(Int(value.rounded()))" }
    let scale = value.magnitude >= 10 ? 10.0 : value.magnitude >= 1 ? 100 : 1_000
    return "\((value * scale).rounded() / scale)"
  }
}

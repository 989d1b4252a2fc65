import Foundation

/// The figures of books and matching beside those of their peers, over some rounds.
package struct BooksRatios: Sendable {
  /// What one round gave, by the names of the figures.
  package struct Round: Sendable {
    let matching: [String: Double]
    let flat: [String: Double]
    let replay: [String: Double]
    let making: [String: Double]
    let ticks: [String: Double]

    /// Groups the figures of a round.
    package init(
      matching: [String: Double], flat: [String: Double], replay: [String: Double],
      making: [String: Double], ticks: [String: Double]
    ) {
      self.matching = matching
      self.flat = flat
      self.replay = replay
      self.making = making
      self.ticks = ticks
    }
  }

  private let rounds: [Round]

  /// Creates the comparison of some rounds.
  package init(_ rounds: [Round]) { self.rounds = rounds }

  /// What b_flat's line says: `ops_per_s`, `p99`, `trades`, `volume` and `live`.
  package static func figures(ofFlat output: String) -> [String: Double] {
    var figures: [String: Double] = [:]
    for word in output.split(whereSeparator: \.isWhitespace) {
      let parts = word.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, let key = Self.keys[String(parts[0])] else { continue }
      figures[key] = Double(parts[1].prefix { $0.isNumber || $0 == "." })
    }
    return figures
  }

  private static let keys = [
    "best_of_5": "ops_per_s", "p99": "p99", "trades": "trades", "vol": "volume", "live": "live",
  ]

  /// What hftbacktest's lines say: events a second of a processor by `noop` and `mm`, of the quicker
  /// kind of book each, and how many `events` and `trades` there were.
  package static func figures(ofTicks output: String) -> [String: Double] {
    var figures: [String: Double] = [:]
    for line in output.split(separator: "\n") where line.hasPrefix("hftbacktest ") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count > 2, let unit = words.firstIndex(of: "events/cpu-s"), unit > 0,
        let rate = Double(words[unit - 1].replacingOccurrences(of: ",", with: ""))
      else { continue }
      let key = words[1].hasPrefix("mm") ? "mm" : "noop"
      figures[key] = max(figures[key] ?? 0, rate)
      for word in words {
        if word.hasPrefix("events=") { figures["events"] = Double(word.dropFirst(7)) }
        if word.hasPrefix("trades="), key == "mm" { figures["trades"] = Double(word.dropFirst(7)) }
      }
    }
    return figures
  }

  /// One line for each aim; medians of the rounds' ratios.
  package var table: String {
    [
      compared("matching, b_flat", \.matching["ops_per_cpu_s"], \.flat["ops_per_s"], 0.6),
      compared(
        "replay of a book, hftbacktest", \.replay["events_per_cpu_s"], \.ticks["noop"], 2),
      compared("market making, hftbacktest", \.making["events_per_cpu_s"], \.ticks["mm"], 1),
      same("trades matched", \.matching["trades"], \.flat["trades"]),
      same("volume matched", \.matching["volume"], \.flat["volume"]),
      same("events of the recording", \.replay["events"], \.ticks["events"]),
      same("fills", \.making["fills"], \.ticks["trades"]),
    ].joined(separator: "\n")
  }

  private func compared(
    _ name: String, _ ours: (Round) -> Double?, _ theirs: (Round) -> Double?, _ least: Double
  ) -> String {
    let pairs = rounds.compactMap { round in
      ours(round).flatMap { our in theirs(round).map { (our, $0) } }
    }
    guard pairs.count == rounds.count, !pairs.isEmpty else { return "\(name): not measured" }
    let ratios = pairs.map { $0.0 / $0.1 }.sorted()
    let ratio = ratios[ratios.count / 2]
    let verdict = ratio >= least ? "as wanted" : "NOT as wanted"
    let best = (pairs.map(\.0).max() ?? 0, pairs.map(\.1).max() ?? 0)
    return "\(name): \(Self.millions(best.0)) against \(Self.millions(best.1)) million a second at "
      + "best, \(Self.hundredths(ratio)) times in the median; \(verdict), at least "
      + Self.hundredths(least)
  }

  private func same(
    _ name: String, _ ours: (Round) -> Double?, _ theirs: (Round) -> Double?
  ) -> String {
    guard let first = rounds.first, let our = ours(first), let their = theirs(first) else {
      return "\(name): not measured"
    }
    return "\(name): \(Int(our)) against \(Int(their))"
  }

  private static func millions(_ value: Double) -> String { hundredths(value / 1_000_000) }

  private static func hundredths(_ value: Double) -> String {
    let text = String((value * 100).rounded() / 100)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

/// The list of known excess: each line may only become smaller, and then has to be corrected.
///
///     # rule path[#name] size reason
///     file-length Sources/2-engine/Ledger/Ledger.swift 523 split when transfers move out
///     print Sources/5-edge/Reports/Preview.swift 1 shows the report to whoever asked
///
/// The size is that of the longest (lines, parameters, bytes) or, for the other rules, how often
/// the rule is broken in the file.
package struct TidyDebt: Sendable, Equatable {
  /// Where the list is.
  package static let path = ".tidy-debt"

  /// One line of the list.
  package struct Entry: Sendable, Equatable {
    var key: Key
    var size: Int
    var reason: String
    var line: Int
  }

  /// What an entry is about.
  package struct Key: Sendable, Hashable {
    var rule: String
    var place: String

    init(rule: String, place: String) {
      self.rule = rule
      self.place = place
    }

    init(_ finding: Finding) {
      rule = finding.rule
      place = finding.path + (finding.subject.isEmpty ? "" : "#" + finding.subject)
    }
  }

  /// The lines, in order.
  package var entries: [Entry]

  /// Reads the list.
  package static func parse(_ lines: [String]) throws(ToolFailure) -> TidyDebt {
    var entries: [Entry] = []
    for (index, line) in lines.enumerated() where !line.isEmpty && !line.hasPrefix("#") {
      let words = line.split(separator: " ", maxSplits: 3).map(String.init)
      guard words.count == 4, let size = Int(words[2]), size > 0 else {
        throw .malformed(
          path: path, line: index + 1, what: line, wanted: "rule path[#name] size reason")
      }
      let key = Key(rule: words[0], place: words[1])
      entries.append(Entry(key: key, size: size, reason: words[3], line: index + 1))
    }
    return TidyDebt(entries: entries)
  }

  /// Takes away what is listed, and adds what the list itself has wrong.
  package func apply(to findings: [Finding]) -> [Finding] {
    let groups = Dictionary(grouping: findings) { Key($0) }
    let known = Dictionary(entries.map { ($0.key, $0) }) { first, _ in first }
    var result = findings.filter { finding in
      let key = Key(finding)
      guard let entry = known[key], let group = groups[key] else { return true }
      return Self.size(group) > entry.size
    }
    for (index, entry) in entries.enumerated() {
      let size = groups[entry.key].map(Self.size) ?? 0
      let isSecond = entries[..<index].contains { $0.key == entry.key }
      guard size < entry.size || isSecond else { continue }
      result.append(
        Finding(
          path: Self.path, line: entry.line, rule: "stale-debt",
          what: "\(entry.key.rule) \(entry.key.place) is listed with \(entry.size) and has \(size)",
          instead: size == 0 || isSecond ? "delete the line" : "write \(size)"))
    }
    return result
  }

  private static func size(_ group: [Finding]) -> Int {
    let measured = group.compactMap(\.size)
    return measured.max() ?? group.count
  }
}

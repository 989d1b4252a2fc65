import OmniTime

extension QualityReport {
  /// The report for people: a line for each thing that was looked at.
  public var text: String { lines.joined(separator: "\n") + "\n" }

  /// The lines of ``text``.
  public var lines: [String] {
    var lines = [
      "\(symbol): \(bars) bars from \(rows) rows, \(verdict.rawValue), score \(score)",
      "  time        \(Self.text(first)) to \(Self.text(last)), a bar each \(Self.text(interval))",
      "  duplicates  \(duplicates.identical) identical, \(duplicates.conflicting) conflicting"
        + (duplicates.conflicting > 0 ? " (the later line is kept)" : "")
        + examples(duplicates.examples.map { "\($0.droppedLine)/\($0.keptLine)" }),
      "  order       time goes back \(timeGoesBack) times" + (timeGoesBack > 0 ? ", sorted" : ""),
      "  gaps        \(gaps.count), \(gaps.missingBars) bars missing, "
        + "\(gaps.acrossDays) across the end of a UTC day"
        + (gaps.longestAfter.map { ", longest \(Self.text(gaps.longest)) after \($0)" } ?? ""),
      "  off grid    \(offGrid)" + examples(offGridLines.map(String.init)),
      "  outliers    \(outliers.count)" + examples(outliers.examples.map { "\($0.closedAt)" }),
      "  splits      \(splits.unapplied) not applied, \(splits.explained) explained, "
        + "\(splits.mixed) bars in two units"
        + examples(splits.examples.map { "\($0.closedAt) \($0.new):\($0.old)" }),
      "  volume      " + volumeText,
      "  prices      \(roundedPrices) rounded to the tick, "
        + "by at most \(Self.decimals(largestShift * 10_000, 4)) basis points",
    ]
    lines += offsets.map { "  offset      \(Self.text(offset: $0.seconds)): \($0.count) rows" }
    for code in BarFileError.Code.allCases {
      guard let count = quarantined[code] else { continue }
      lines.append("  set aside   \(count) × \(code.rawValue) \(code.meaning)")
    }
    return lines
  }

  private var volumeText: String {
    guard let share = zeroVolumeShare else { return "none in the file" }
    return "\(zeroVolume) bars with zero, \(Self.decimals(share * 100, 1)) %"
  }

  private func examples(_ texts: [String]) -> String {
    texts.isEmpty ? "" : ", first: " + texts.joined(separator: ", ")
  }

  private static func text(_ instant: Timestamp?) -> String { instant.map { "\($0)" } ?? "never" }

  private static func text(_ interval: Interval) -> String {
    let seconds = interval.nanoseconds / 1_000_000_000
    if seconds > 0, seconds % 86_400 == 0 { return "\(seconds / 86_400) d" }
    if seconds > 0, seconds % 3_600 == 0 { return "\(seconds / 3_600) h" }
    if seconds > 0, seconds % 60 == 0 { return "\(seconds / 60) min" }
    return "\(seconds) s"
  }

  private static func text(offset: Int?) -> String {
    guard let offset else { return "none named, read as UTC" }
    let minutes = abs(offset) / 60
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
    return (offset < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60)
  }

  /// A statistic with a fixed count of decimals; enough for a report.
  private static func decimals(_ value: Double, _ count: Int) -> String {
    var scale = 1.0
    for _ in 0..<count { scale *= 10 }
    // Halves go away from zero; `rounded()` would want the C library's mathematics.
    let scaled = abs(value) * scale + 0.5
    guard scaled.isFinite, scaled < 1e15 else { return "\(value)" }
    let units = value < 0 ? -Int64(scaled) : Int64(scaled)
    let digits = String(units.magnitude)
    let padded = String(repeating: "0", count: max(0, count + 1 - digits.count)) + digits
    return (units < 0 ? "-" : "") + padded.dropLast(count) + "." + padded.suffix(count)
  }
}

extension QualityReport: Encodable {
  private enum Key: String, CodingKey {
    case symbol, rows, bars, first, last, intervalSeconds, duplicatesIdentical
    case duplicatesConflicting, timeGoesBack, gaps, gapsAcrossDays, missingBars
    case score, verdict, unappliedSplits, explainedSplits, mixedUnitBars
    case longestGapSeconds, longestGapAfter, outliers, hasVolume, zeroVolume, zeroVolumeShare
    case offsets, offGrid, offGridLines, roundedPrices, largestShift, missingValues, setAside
  }

  /// Writes the figures under flat names; times as ISO 8601, codes as keys of `setAside`.
  public func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: Key.self)
    try box.encode(symbol, forKey: .symbol)
    try box.encode(rows, forKey: .rows)
    try box.encode(bars, forKey: .bars)
    try box.encodeIfPresent(first?.description, forKey: .first)
    try box.encodeIfPresent(last?.description, forKey: .last)
    try box.encode(interval.nanoseconds / 1_000_000_000, forKey: .intervalSeconds)
    try box.encode(duplicates.identical, forKey: .duplicatesIdentical)
    try box.encode(duplicates.conflicting, forKey: .duplicatesConflicting)
    try box.encode(timeGoesBack, forKey: .timeGoesBack)
    try box.encode(gaps.count, forKey: .gaps)
    try box.encode(gaps.acrossDays, forKey: .gapsAcrossDays)
    try box.encode(gaps.missingBars, forKey: .missingBars)
    try box.encode(gaps.longest.nanoseconds / 1_000_000_000, forKey: .longestGapSeconds)
    try box.encodeIfPresent(gaps.longestAfter?.description, forKey: .longestGapAfter)
    try box.encode(outliers.count, forKey: .outliers)
    try box.encode(splits.unapplied, forKey: .unappliedSplits)
    try box.encode(splits.explained, forKey: .explainedSplits)
    try box.encode(splits.mixed, forKey: .mixedUnitBars)
    try box.encode(score, forKey: .score)
    try box.encode(verdict.rawValue, forKey: .verdict)
    try box.encode(hasVolume, forKey: .hasVolume)
    try box.encode(zeroVolume, forKey: .zeroVolume)
    try box.encodeIfPresent(zeroVolumeShare, forKey: .zeroVolumeShare)
    try box.encode(
      offsets.map { "\(Self.text(offset: $0.seconds)): \($0.count)" }, forKey: .offsets)
    try box.encode(offGrid, forKey: .offGrid)
    try box.encode(offGridLines, forKey: .offGridLines)
    try box.encode(roundedPrices, forKey: .roundedPrices)
    try box.encode(largestShift, forKey: .largestShift)
    try box.encode(missingValues, forKey: .missingValues)
    let counts = quarantined.map { ($0.key.rawValue, $0.value) }
    try box.encode(Dictionary(uniqueKeysWithValues: counts), forKey: .setAside)
  }
}

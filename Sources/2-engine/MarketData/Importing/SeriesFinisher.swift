import OmniModel
import OmniMoney
import OmniTime

/// Puts the rows of one symbol in order, settles duplicates, finds the interval and makes bars.
struct SeriesFinisher {
  private static let day: Int64 = 86_400_000_000_000

  private let symbol: String
  private let instrument: Instrument
  private let identifier: InstrumentID
  private let options: ImportOptions
  private let marksClose: Bool
  private var rows: [ImportedRow]
  private var report: QualityReport

  init(
    _ collector: SeriesCollector, options: ImportOptions, marksClose: Bool,
    instrument: InstrumentID
  ) {
    symbol = collector.symbol
    self.instrument = collector.instrument
    identifier = instrument
    self.options = options
    self.marksClose = marksClose
    rows = collector.rows
    report = collector.report
  }

  consuming func finish(_ counts: DistanceCounts) throws(ImportError) -> ImportedSeries {
    sort()
    let interval = try interval(ofFile: counts)
    report.interval = Interval(nanoseconds: interval)
    let isDaily = interval == Self.day
    settleDuplicates(isDaily: isDaily)
    guard report.duplicates.conflicting <= rows.count else {
      throw .notOneSeries(symbol: symbol, conflicting: report.duplicates.conflicting)
    }
    if interval < Self.day { dropUnfinished(interval: interval) }
    countGaps(interval: interval, isDaily: isDaily)
    let bars = makeBars(interval: interval, isDaily: isDaily)
    report.bars = bars.count
    report.first = bars.first?.closedAt
    report.last = bars.last?.closedAt
    return ImportedSeries(symbol: symbol, instrument: instrument, bars: bars, report: report)
  }

  private mutating func sort() {
    for (row, next) in zip(rows, rows.dropFirst()) where next.instant < row.instant {
      report.timeGoesBack += 1
    }
    if report.timeGoesBack > 0 {
      rows.sort { ($0.instant, $0.line) < ($1.instant, $1.line) }
    }
  }

  /// The length of a bar in nanoseconds.
  ///
  /// As given; a day, where rows are of days; else the most frequent distance of neighbours, or
  /// that of the whole file where it is a fraction of it, as for a contract that seldom trades.
  private func interval(ofFile counts: DistanceCounts) throws(ImportError) -> Int64 {
    if let given = options.interval { return try bounded(given.nanoseconds) }
    if rows.allSatisfy(\.isOfDay) { return Self.day }
    var own = DistanceCounts()
    own.add(rows)
    let common = counts.mostFrequent
    guard let interval = own.mostFrequent ?? common else { throw .noInterval(symbol: symbol) }
    if let common, common < interval, interval % common == 0 { return try bounded(common) }
    return try bounded(interval)
  }

  /// Refuses an interval that is none, or longer than a year.
  private func bounded(_ interval: Int64) throws(ImportError) -> Int64 {
    guard (1...366 * Self.day).contains(interval) else { throw .noInterval(symbol: symbol) }
    return interval
  }

  /// Keeps the row that stands last in the file of those with one time, or one day.
  private mutating func settleDuplicates(isDaily: Bool) {
    var kept: [ImportedRow] = []
    kept.reserveCapacity(rows.count)
    for row in rows {
      guard let last = kept.last, isSame(last, row, isDaily: isDaily) else {
        kept.append(row)
        continue
      }
      let isIdentical = last.saysTheSame(as: row)
      if isIdentical {
        report.duplicates.identical += 1
      } else {
        report.duplicates.conflicting += 1
      }
      if report.duplicates.examples.count < QualityReport.examplesMax {
        report.duplicates.examples.append(
          .init(droppedLine: last.line, keptLine: row.line, isIdentical: isIdentical))
      }
      kept[kept.count - 1] = row
    }
    rows = kept
  }

  private func isSame(_ lhs: ImportedRow, _ rhs: ImportedRow, isDaily: Bool) -> Bool {
    isDaily ? lhs.instant.date == rhs.instant.date : lhs.instant == rhs.instant
  }

  /// Sets aside what begins inside the bar before it and off the grid: a snapshot, as some sources
  /// append it for the bar that is still being made.
  private mutating func dropUnfinished(interval: Int64) {
    var counts: [Int64: Int] = [:]
    for row in rows { counts[Self.phase(row, interval), default: 0] += 1 }
    let usual = counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key ?? 0
    var kept: [ImportedRow] = []
    kept.reserveCapacity(rows.count)
    for row in rows {
      guard Self.phase(row, interval) != usual else {
        kept.append(row)
        continue
      }
      report.offGrid += 1
      if report.offGridLines.count < QualityReport.examplesMax {
        report.offGridLines.append(row.line)
      }
      if let last = kept.last, (row.instant - last.instant).nanoseconds < interval {
        let error = BarFileError(
          .overlappingTime, place: .init(line: row.line),
          found: "\(row.instant) lies inside the bar that begins at \(last.instant)")
        report.quarantine(
          QuarantinedRow(line: row.line, byteOffset: 0, error: error, text: ""))
      } else {
        kept.append(row)
      }
    }
    rows = kept
  }

  private static func phase(_ row: ImportedRow, _ interval: Int64) -> Int64 {
    let rest = row.instant.nanoseconds % interval
    return rest < 0 ? rest + interval : rest
  }

  private mutating func countGaps(interval: Int64, isDaily: Bool) {
    for (row, next) in zip(rows, rows.dropFirst()) {
      let distance = (next.instant - row.instant).nanoseconds
      // A weekend with a holiday on either side leaves four days between two daily bars.
      guard distance > (isDaily ? 4 * Self.day : interval) else { continue }
      report.gaps.count += 1
      report.gaps.missingBars += Int((distance - 1) / interval)
      if row.instant.date != next.instant.date { report.gaps.acrossDays += 1 }
      if distance - interval > report.gaps.longest.nanoseconds {
        report.gaps.longest = Interval(nanoseconds: distance - interval)
        report.gaps.longestAfter = closedAt(row, interval: interval, isDaily: isDaily)
      }
    }
  }

  private mutating func makeBars(interval: Int64, isDaily: Bool) -> [Bar] {
    var bars: [Bar] = []
    bars.reserveCapacity(rows.count)
    var scan = OutlierScan(threshold: options.outlierScore)
    var splits = SplitScan(
      threshold: options.outlierScore, actions: options.actions[symbol] ?? [])
    for row in rows {
      let closedAt = closedAt(row, interval: interval, isDaily: isDaily)
      let bar = Bar(
        instrument: identifier, closedAt: closedAt, prices: row.prices, volume: row.volume)
      bars.append(bar)
      splits.take(bar, scan)
      if report.hasVolume && row.volume == 0 { report.zeroVolume += 1 }
      scan.take(close: row.prices.close.ticks, at: closedAt)
    }
    splits.finish()
    report.outliers = scan.found
    report.splits = splits.found
    return bars
  }

  /// The time itself if it marks the close; else the end of the day in UTC for daily bars, and the
  /// interval after the opening for others.
  private func closedAt(_ row: ImportedRow, interval: Int64, isDaily: Bool) -> Timestamp {
    if marksClose { return row.instant }
    let start =
      isDaily
      ? row.instant.nanoseconds - row.instant.nanosecondOfDay
      : row.instant.nanoseconds
    return Timestamp(nanoseconds: start) + Interval(nanoseconds: interval)
  }
}

/// How often neighbouring rows are each distance apart.
struct DistanceCounts {
  private var counts: [Int64: Int] = [:]

  mutating func add(_ rows: [ImportedRow]) {
    for (row, next) in zip(rows, rows.dropFirst()) where next.instant > row.instant {
      counts[(next.instant - row.instant).nanoseconds, default: 0] += 1
    }
  }

  /// The most frequent distance; of several, the smallest.
  var mostFrequent: Int64? {
    counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key
  }
}

public import OmniModel

/// The bars of one symbol of a foreign file, and what is known of their quality.
public struct ImportedSeries: Sendable, Equatable {
  /// The symbol as the file writes it, with the contract's month behind it if it has one.
  public let symbol: String
  /// The instrument that gave the terms.
  public let instrument: Instrument
  /// The bars, in order of time.
  public let bars: [Bar]
  /// What is known of their quality.
  public let report: QualityReport
}

/// What came of a foreign file.
public struct ImportResult: Sendable, Equatable {
  /// The series, in the order in which their symbols first stand in the file; the place is the
  /// index of the bars' `InstrumentID`.
  public let series: [ImportedSeries]
  /// What the columns were taken to mean.
  public let mapping: ImportMapping
  /// Columns that were not looked at.
  public let ignoredColumns: [String]
  /// Rows behind the header.
  public let rows: Int
  /// Rows that could not be given to a series, by the fault.
  public let rowFaults: [BarFileError.Code: Int]
  /// The first few of them.
  public let rowFaultExamples: [QuarantinedRow]
}

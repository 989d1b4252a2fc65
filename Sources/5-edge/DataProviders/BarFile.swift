public import OmniMarketData
public import OmniModel
import OmniMoney
public import OmniPlatform
import OmniTime

/// Strict bar files on disk, plain or compressed with gzip.
public enum BarFile {
  /// Loads the bars of the file at `path`; the first fault stops it.
  ///
  /// - Complexity: O(bytes); all bars are held in memory.
  public static func load(
    path: String, instrument: InstrumentID, terms: InstrumentTerms
  ) throws(BarFileError) -> (bars: [Bar], facts: BarFileFacts) {
    var reader = try BarFileReader(
      try FileByteSource(bars: path), instrument: instrument, terms: terms)
    var bars: [Bar] = []
    while let bar = try reader.next() { bars.append(bar) }
    return (bars, reader.facts)
  }

  /// Loads the bars of the file at `path`; rows with a fault are handed to `setAside`.
  ///
  /// - Throws: A fault of the file or of its header, which no row can be blamed for.
  public static func load(
    path: String, instrument: InstrumentID, terms: InstrumentTerms,
    settingAside setAside: (QuarantinedRow) -> Void
  ) throws(BarFileError) -> (bars: [Bar], facts: BarFileFacts) {
    var reader = try BarFileReader(
      try FileByteSource(bars: path), instrument: instrument, terms: terms)
    var bars: [Bar] = []
    while let bar = try reader.next(settingAside: setAside) { bars.append(bar) }
    return (bars, reader.facts)
  }

  /// The canonical text of `bars`: the columns in fixed order, the tick's decimals, LF.
  public static func text(of bars: [Bar], terms: InstrumentTerms) -> [UInt8] {
    var bytes = Array("ts_ns,open,high,low,close,volume\n".utf8)
    bytes.reserveCapacity(bytes.count + bars.count * 72)
    for bar in bars {
      bytes.append(contentsOf: "\(bar.closedAt.nanoseconds)".utf8)
      for price in [bar.open, bar.high, bar.low, bar.close] {
        bytes.append(0x2C)
        bytes.append(contentsOf: terms.text(price).utf8)
      }
      bytes.append(0x2C)
      let volume = FixedDecimal.text(of: Int128(bar.volume), scale: terms.volumeDecimals)
      bytes.append(contentsOf: volume.utf8)
      bytes.append(0x0A)
    }
    return bytes
  }

  /// Writes `bars` to `path` in canonical form, in one step: there is the old file or the whole
  /// new one, and never a part.
  public static func write(
    _ bars: [Bar], terms: InstrumentTerms, path: String
  ) throws(FileError) {
    try FileSystem.replaceFile(path, with: text(of: bars, terms: terms))
  }
}

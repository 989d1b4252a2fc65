import Foundation
import OmniPlatform
import OmniTestKit

/// The golden bars beside the project, and files made from them.
enum GoldenBarFile {
  typealias NaiveBar = NaiveModel.NaiveBar

  static let folder = "\(SampleFiles.root)/../shared/golden/engine"
  static let path = "\(folder)/bars.csv.gz"
  static let isPresent = SampleFiles.has(path)
  static let absence = "the golden bars are not beside the project (../shared/golden/engine)"

  /// The text of the file, unpacked.
  static func bytes() throws -> [UInt8] {
    var reader = try FileReader(path)
    return try reader.readAll(limit: 1 << 24)
  }

  /// The bars in ticks of 0.1, interpolated prices rounded half to even.
  static func bars() throws -> [NaiveBar] { try parsed.get() }

  private static let parsed = Result {
    rows(of: try bytes()).map { cells in
      NaiveBar(
        time: Int64(cells[0]) ?? 0, open: ticks(cells[1]), high: ticks(cells[2]),
        low: ticks(cells[3]), close: ticks(cells[4]))
    }
  }

  /// Doubles hold these prices to far less than the quarter of a tick that decides.
  private static func ticks(_ text: String) -> Int64 {
    Int64(((Double(text) ?? 0) * 10).rounded(.toNearestOrEven))
  }

  /// The rows of a file behind its header.
  static func rows(of bytes: [UInt8]) -> [[String]] {
    lines(of: bytes).dropFirst().map { line in
      line.utf8.split(separator: 0x2C, omittingEmptySubsequences: false).map { String($0) ?? "" }
    }
  }

  /// The lines of a file; splitting bytes is much faster than splitting characters.
  static func lines(of bytes: [UInt8]) -> [String] {
    bytes.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
  }

  /// A bar file's text.
  static func text(_ bars: [NaiveBar]) -> String {
    func price(_ ticks: Int64) -> String { "\(ticks / 10).\(ticks % 10)" }
    var text = "ts_ns,open,high,low,close,volume\n"
    for bar in bars {
      text +=
        "\(bar.time),\(price(bar.open)),\(price(bar.high)),\(price(bar.low)),"
        + "\(price(bar.close)),0\n"
    }
    return text
  }

  /// The bars from the last to the first: each opens where it closed.
  static func reversed(_ bars: [NaiveBar]) -> [NaiveBar] {
    zip(bars, bars.reversed()).map { bar, other in
      NaiveBar(
        time: bar.time, open: other.close, high: other.high, low: other.low, close: other.open)
    }
  }

  /// The bars with each price changed, in the same way for larger and smaller ones.
  static func mapped(_ bars: [NaiveBar], _ change: (Int64) -> Int64) -> [NaiveBar] {
    bars.map {
      NaiveBar(
        time: $0.time, open: change($0.open), high: change($0.high), low: change($0.low),
        close: change($0.close))
    }
  }
}

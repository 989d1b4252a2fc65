import Foundation
import OmniConfiguration
import OmniDataProviders
import OmniEncoding
import OmniMoney
import OmniReferenceData
import OmniTestKit
import OmniTime
import Testing

/// The instant that a text says.
func at(_ text: String) throws -> Timestamp { try TimeText(text).instant }

func decimal(_ text: String) throws -> FixedDecimal { try FixedDecimal(text) }

func builtIn(_ name: String) throws -> TradingCalendar {
  try #require(TradingCalendar.builtIn[name])
}

/// A calendar's sessions of a day by local clocks of UTC, as `regular 14:30-21:00`.
func words(_ sessions: [TradingCalendar.Session]) -> [String] {
  sessions.map { session in
    "\(session.kind.rawValue) \(session.opensAt)-\(session.closesAt)"
  }
}

/// A file of the shared data as text, unpacked.
func sharedText(_ path: String) throws -> [UInt8] {
  var source = try FileByteSource(SampleFiles.shared(path))
  var buffer = [UInt8](repeating: 0, count: 1 << 23)
  var filled = 0
  while true {
    let count = try source.read(into: &buffer, from: filled)
    if count == 0 { return Array(buffer[..<filled]) }
    filled += count
  }
}

/// An entry of the market hours of LEAN.
func lean(_ name: String) throws -> ConfigurationValue {
  let root = try JSONSerialization.jsonObject(
    with: Data(try sharedText("market-metadata/lean_market-hours-database.json.gz")))
  let entries = try #require((root as? [String: Any])?["entries"] as? [String: Any])
  let entry = try JSONSerialization.data(withJSONObject: try #require(entries[name]))
  return try ConfigurationValue(json: Array(entry), label: name)
}

let hasLean = SampleFiles.has(
  SampleFiles.shared("market-metadata/lean_market-hours-database.json.gz"))

/// Why the words of a snapshot were not taken over.
public enum IndicatorSnapshotFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The words ended before the state was complete.
  case missingWords
  /// The words were written by another kind of indicator, or with other settings.
  case otherSettings(found: UInt64, wanted: UInt64)
  /// A word is none that an indicator could have written at this place.
  case senseless(word: UInt64)

  /// The stable code of the failure.
  public var code: String {
    switch self {
    case .missingWords: "IND-001"
    case .otherSettings: "IND-002"
    case .senseless: "IND-003"
    }
  }

  /// One line that says what was and what was wanted.
  public var description: String {
    switch self {
    case .missingWords:
      "\(code): the snapshot's words ended, wanted the whole state of an indicator"
    case .otherSettings(let found, let wanted):
      "\(code): snapshot of kind and settings \(hexadecimal(found)), "
        + "wanted \(hexadecimal(wanted))"
    case .senseless(let word):
      "\(code): snapshot word \(hexadecimal(word)), wanted a count or number that fits its place"
    }
  }

  private func hexadecimal(_ word: UInt64) -> String { "0x" + String(word, radix: 16) }
}

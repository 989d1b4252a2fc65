public import OmniConfiguration
public import OmniTime

/// What can be wrong with reference data, or with a question about it.
public enum ReferenceError: Error, Equatable, Sendable {
  /// No version of any instrument has this symbol.
  case unknownSymbol(String)
  /// A venue has no instrument of this name, or we have none there.
  case unknownVenueSymbol(venue: String, symbol: String)
  /// A name of a venue stands for several instruments at one instant.
  case ambiguous(venue: String, symbol: String, candidates: [String])
  /// The instrument is known, but has no terms at this instant.
  case notValid(symbol: String, at: Timestamp)
  /// A definition lacks what its kind needs, or says what makes no sense.
  case senseless(symbol: String, what: String)
  /// Two versions of an instrument hold at one instant.
  case overlap(symbol: String, at: Timestamp)
  /// The text is no document at all.
  case document(ConfigurationError)
  /// A part of a document is not what stands there in such a file.
  case malformed(path: String, found: String, wanted: String)
  /// There is no time zone of this name.
  case unknownZone(String)
  /// A calendar's sessions overlap, or leave the day.
  case calendar(name: String, what: String)
  /// The instant is outside of the years that a calendar knows.
  case outsideCalendar(name: String, at: Timestamp)
  /// An adjusted price or volume leaves its range.
  case adjustment(at: Timestamp)

  /// The stable code.
  public var code: String {
    switch self {
    case .unknownSymbol: "REF-001"
    case .unknownVenueSymbol: "REF-002"
    case .ambiguous: "REF-003"
    case .notValid: "REF-004"
    case .senseless: "REF-005"
    case .overlap: "REF-006"
    case .document(let error): error.code
    case .malformed: "REF-007"
    case .unknownZone: "REF-008"
    case .calendar: "REF-009"
    case .outsideCalendar: "REF-010"
    case .adjustment: "REF-011"
    }
  }
}

extension ReferenceError: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .unknownSymbol(let symbol):
      "there is no instrument \(symbol); a symbol of the catalogue was wanted"
    case .unknownVenueSymbol(let venue, let symbol):
      "\(symbol) at \(venue) leads to no instrument; a name that the catalogue maps was wanted"
    case .ambiguous(let venue, let symbol, let candidates):
      "\(symbol) at \(venue) is \(candidates.joined(separator: " and ")); one of them was wanted"
    case .notValid(let symbol, let at):
      "\(symbol) has no terms at \(at); an instant of its life was wanted"
    case .senseless(let symbol, let what): "\(symbol): \(what)"
    case .overlap(let symbol, let at):
      "\(symbol) has two versions at \(at); one at each instant was wanted"
    case .document(let error): "\(error)"
    case .malformed(let path, let found, let wanted):
      "\(path): was \(found), wanted \(wanted)"
    case .unknownZone(let name):
      "there is no table of the time zone \(name); wanted one of those that were handed over"
    case .calendar(let name, let what): "calendar \(name): \(what)"
    case .outsideCalendar(let name, let at):
      "\(at) is outside of the years of the calendar \(name)"
    case .adjustment(let at):
      "adjusting the bar of \(at) leaves the range of prices; fewer or smaller actions were wanted"
    }
  }
}

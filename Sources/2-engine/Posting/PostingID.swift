public import OmniLedger
public import OmniTime

/// Where in which journal a transaction of a ledger comes from.
///
/// The identifier is made of these three numbers and nothing else, so whoever runs the journal again
/// sends the same identifiers, and whoever finds one in the ledger finds its record in the journal:
/// the first 16 of its 32 hexadecimal digits are the journal's number, the next 12 the record's, and
/// the last four the place.
@frozen
public struct PostingID: Sendable, Hashable {
  /// The number of the journal, which its segments' headers hold.
  public let journal: UInt64
  /// The number of the record that the posting follows from; below 2⁴⁸.
  public let sequence: SequenceNumber
  /// The place among the postings that follow from the record, from 0.
  public let place: UInt16

  /// Groups the three numbers.
  ///
  /// - Precondition: `sequence` is below 2⁴⁸, which a million records a second reach after nine years.
  public init(journal: UInt64, sequence: SequenceNumber, place: UInt16) {
    precondition(sequence.value < 1 << 48, "a sequence number below 2⁴⁸")
    self.journal = journal
    self.sequence = sequence
    self.place = place
  }

  /// Reads an identifier back.
  public init(_ id: TransactionID) {
    journal = id.high
    sequence = SequenceNumber(id.low >> 16)
    place = UInt16(truncatingIfNeeded: id.low)
  }

  /// The identifier in the ledger.
  public var transactionID: TransactionID {
    TransactionID(low: sequence.value << 16 | UInt64(place), high: journal)
  }
}

extension PostingID: CustomStringConvertible {
  /// The three numbers in words.
  public var description: String {
    "posting \(place) of record \(sequence.value) of journal \(Self.digits(journal))"
  }

  /// A journal's number as 16 hexadecimal digits.
  static func digits(_ journal: UInt64) -> String {
    let digits = String(journal, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

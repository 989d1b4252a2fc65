import OmniLedger
import OmniPosting
import OmniTime
import Testing

@Suite struct PostingIDTests {
  @Test func `the identifier is the three numbers side by side, and is read back`() {
    let id = PostingID(
      journal: 0x0123_4567_89AB_CDEF, sequence: SequenceNumber(0xBEEF), place: 0x12)
    #expect("\(id.transactionID)" == "0123456789abcdef00000000beef0012")
    #expect(PostingID(id.transactionID) == id)
    #expect("\(id)" == "posting 18 of record 48879 of journal 0123456789abcdef")
  }

  @Test func `different journals, records and places have different identifiers`() {
    var seen: Set<TransactionID> = []
    for journal in [0, 1, UInt64.max] {
      for sequence in [0, 1, 0xFFFF_FFFF_FFFF] as [UInt64] {
        for place in [0, 1, UInt16.max] {
          let id = PostingID(journal: journal, sequence: SequenceNumber(sequence), place: place)
          #expect(seen.insert(id.transactionID).inserted)
          #expect(PostingID(id.transactionID) == id)
        }
      }
    }
    #expect(seen.count == 27)
  }
}

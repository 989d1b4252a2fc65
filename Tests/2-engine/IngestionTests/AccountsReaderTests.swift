import OmniEncoding
import OmniIngestion
import OmniLedger
import OmniMoney
import OmniTestKit
import Testing

@Suite("AccountsReader")
struct AccountsReaderTests {
  private static let key = String(repeating: "d75a9801", count: 8)

  private func read(_ text: String, chunkBytes: Int = .max) throws -> [AccountTerms] {
    try AccountsReader.read(
      ByteArraySource(text, chunkBytes: chunkBytes), currencies: CurrencyTable())
  }

  @Test func `a chart is read in any order of columns`() throws {
    let text = """
      limit,asset,account,normal
      unlimited,USD,world,credit
      0,JPY,"till, main",debit

      12.50,EUR,alice,credit

      """
    let accounts = try read(text)
    #expect(accounts.map(\.name) == ["world", "till, main", "alice"])
    #expect(accounts.map(\.normal) == [.credit, .debit, .credit])
    #expect(accounts.map(\.limit) == [nil, 0, 1_250])
    #expect(accounts.map(\.currency.minorDigits) == [2, 0, 2])
    #expect(try read(text, chunkBytes: 1).map(\.name) == accounts.map(\.name))
  }

  @Test func `a key is read where there is one`() throws {
    let accounts = try read(
      "account,asset,normal,limit,key\na,USD,credit,0,\(Self.key)\nb,USD,credit,0,\n")
    #expect(accounts[0].publicKey != nil)
    #expect(accounts[1].publicKey == nil)
  }

  @Test func `each fault names its line and its column`() {
    let header = "account,asset,normal,limit\n"
    let cases: [(String, Int, String)] = [
      ("", 1, ""), ("account,asset,normal\n", 1, "limit"),
      ("account,asset,normal,limit,colour\n", 1, "colour"),
      ("account,account,asset,normal,limit\n", 1, "account"),
      (header + "a,USD,credit\n", 2, ""), (header + "a,USD,credit,0,1\n", 2, ""),
      (header + "a,XXQ,credit,0\n", 2, "asset"), (header + "a,USD,left,0\n", 2, "normal"),
      (header + "a,USD,credit,-1\n", 2, "limit"), (header + "a,USD,credit,\n", 2, "limit"),
      (header + "a,USD,credit,0.001\n", 2, "limit"), (header + "a,USD,credit,1e400\n", 2, "limit"),
      (header + ",USD,credit,0\n", 2, "account"), (header + "a\u{7},USD,credit,0\n", 2, ""),
      (header + "\(String(repeating: "a", count: 129)),USD,credit,0\n", 2, "account"),
      (header + "a,USD,credit,0\n\nb,USD,credit,0\na,USD,debit,0\n", 5, "account"),
      (header + "\"a,USD,credit,0\n", 2, ""),
      ("account,asset,normal,limit,key\na,USD,credit,0,12\n", 2, "key"),
    ]
    for (text, line, column) in cases {
      do {
        let accounts = try read(text)
        Issue.record("\(text): taken as \(accounts)")
      } catch let failure as AccountsReader.Failure {
        #expect(failure.line == line && failure.column == column, "\(text): \(failure)")
        #expect(failure.description.hasPrefix("ING-023: line \(line)"))
      } catch {
        Issue.record("\(text): \(error)")
      }
    }
  }

  @Test func `damaged charts are refused or right`() throws {
    var random = SeededRandom(seed: 11)
    let whole = Array("account,asset,normal,limit\na,USD,credit,0\nb,EUR,debit,unlimited\n".utf8)
    for round in 0..<5_000 {
      let bytes = random.mutated(
        whole, inserting: ["\"", "unlimited", "credit", "1e99", "\u{FEFF}"])
      do throws(AccountsReader.Failure) {
        let accounts = try AccountsReader.read(
          ByteArraySource(bytes), currencies: CurrencyTable())
        #expect(Set(accounts.map(\.name)).count == accounts.count, "round \(round)")
        #expect(accounts.allSatisfy { AccountTerms.isName($0.name) && ($0.limit ?? 0) >= 0 })
      } catch {
        #expect(error.line >= 1 && !error.reason.isEmpty, "round \(round)")
      }
    }
  }
}

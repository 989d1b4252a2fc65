import OmniEncoding
import Testing

@Suite("Words")
struct WordsTests {
  @Test func `what is put is taken in the same order`() throws {
    var sink = WordArray()
    sink.put(7 as UInt64)
    sink.put(-3 as Int64)
    sink.put(Int128.min + 5)
    sink.put(-0.0)
    sink.put(true)
    sink.put("bör")
    sink.put("")

    var source = WordArrayReader(sink.words)
    #expect(try source.take() == 7)
    #expect(try source.takeSigned() == -3)
    #expect(try source.takeWide() == Int128.min + 5)
    #expect(try source.takeDouble().bitPattern == (-0.0).bitPattern)
    #expect(try source.takeFlag())
    #expect(try source.takeText() == "bör")
    #expect(try source.takeText() == "")
    #expect(source.isAtEnd)
    #expect(throws: WordFailure.exhausted) { try source.take() }
  }

  @Test func `texts of every length come back, and of any alignment`() throws {
    for count in 0..<40 {
      let text = String(repeating: "x", count: count)
      var sink = WordArray()
      sink.put(text)
      #expect(sink.words.count == 1 + (count + 7) / 8)
      var source = WordArrayReader(sink.words)
      #expect(try source.takeText() == text)
    }
  }

  @Test func `words that make no sense are refused`() {
    var flag = WordArrayReader([2])
    #expect(throws: WordFailure.senseless(word: 2, what: "flag")) { try flag.takeFlag() }
    var count = WordArrayReader([11])
    #expect(throws: WordFailure.senseless(word: 11, what: "count within bounds")) {
      try count.takeCount(limit: 10)
    }
    var long = WordArrayReader([.max])
    #expect(throws: WordFailure.self) { try long.takeText() }
    var broken = WordArrayReader([1, 0xFF])
    #expect(throws: WordFailure.senseless(word: 1, what: "UTF-8 text")) { try broken.takeText() }
    var short = WordArrayReader([9, 0])
    #expect(throws: WordFailure.exhausted) { try short.takeText() }
  }

  @Test func `bytes stand least significant first`() {
    #expect(WordArray([0x0807_0605_0403_0201]).bytes == [1, 2, 3, 4, 5, 6, 7, 8])
  }
}

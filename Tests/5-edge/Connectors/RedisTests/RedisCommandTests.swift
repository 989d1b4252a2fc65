import OmniRedis
import OmniTestKit
import Testing

@Suite("RedisCommand")
struct RedisCommandTests {
  @Test func `parts come out as they went in`() throws {
    var command = RedisCommand("SET", "é", "")
    command.append([0, 13, 10, 36])
    command.append(Int64.min)

    #expect(
      command.parts == [
        bytes("SET"), bytes("é"), [], [0, 13, 10, 36], bytes("-9223372036854775808"),
      ])
    #expect(command.partCount == 5)
    #expect(command.name == "SET")
    #expect(try RedisCommand(parts: command.parts) == command)
    #expect(RedisCommand("DEL", [bytes("a")]) == RedisCommand("DEL", "a"))
  }

  @Test func `a command without a name is refused`() {
    for parts in [[], [[]], [[], bytes("a")]] as [[[UInt8]]] {
      let failure = #expect(throws: RedisFailure.self) { try RedisCommand(parts: parts) }
      #expect(failure?.code == "RED-012")
    }
  }

  @Test func `arguments are in no description or dump`() {
    let command = RedisCommand("AUTH", "horse")
    var dumped = ""
    dump(command, to: &dumped)
    #expect("\(command)" == "AUTH with an argument")
    #expect(dumped.contains("AUTH with an argument"))
    #expect(!dumped.contains("104"), "the bytes of the argument")
  }

  /// `*3 CRLF $3 CRLF GET CRLF …`: 4 + 9 + 7 + 6 bytes.
  @Test func `the size of what is sent is known`() {
    #expect(RedisCommand("GET", "a", "").encodedBytes == 4 + 9 + 7 + 6)
  }

  @Test func `random parts come out as they went in`() throws {
    for seed in UInt64(0)..<500 {
      var random = SeededRandom(seed: seed)
      let parts = (0...random.below(20)).map { _ in
        (0...random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      }
      #expect(try RedisCommand(parts: parts).parts == parts, "seed \(seed)")
    }
  }
}

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

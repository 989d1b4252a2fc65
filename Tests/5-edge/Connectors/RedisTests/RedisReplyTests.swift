import OmniRedis
import Testing

@Suite("RedisReply")
struct RedisReplyTests {
  @Test func `each accessor gives what it is for`() throws {
    #expect(try RedisReply.bytes([1, 0]).bytes() == [1, 0])
    #expect(try RedisReply.status("OK").bytes() == Array("OK".utf8))
    #expect(try RedisReply.status("OK").text() == "OK")
    #expect(try RedisReply.bytes(Array("é".utf8)).text() == "é")
    #expect(try RedisReply.integer(-7).integer() == -7)
    #expect(try RedisReply.bytes(Array("-42".utf8)).integer() == -42)
    #expect(try RedisReply.array([.null]).array() == [.null])
    #expect(try RedisReply.null.bytesIfAny() == nil)
    #expect(try RedisReply.null.textIfAny() == nil)
    #expect(try RedisReply.bytes([65]).textIfAny() == "A")
    #expect(RedisReply.null.isNull)
    try RedisReply.status("OK").expectOK()
  }

  @Test func `each accessor refuses what it is not for, and shows no value`() {
    let secret = Array("horse".utf8)
    let calls: [(String, () throws -> Void)] = [
      ("bytes", { _ = try RedisReply.null.bytes() }),
      ("bytes", { _ = try RedisReply.array([.bytes(secret)]).bytesIfAny() }),
      ("text", { _ = try RedisReply.integer(1).text() }),
      ("text", { _ = try RedisReply.error("ERR x").textIfAny() }),
      ("a whole number", { _ = try RedisReply.bytes(secret).integer() }),
      ("a whole number", { _ = try RedisReply.bytes(Array("9223372036854775808".utf8)).integer() }),
      ("a whole number", { _ = try RedisReply.null.integer() }),
      ("an array", { _ = try RedisReply.bytes(secret).array() }),
      ("OK", { try RedisReply.status("QUEUED").expectOK() }),
    ]
    for (wanted, call) in calls {
      let failure = #expect(throws: RedisFailure.self) { try call() }
      #expect(failure?.code == "RED-010")
      #expect(failure?.description.contains("wanted \(wanted)") == true)
      #expect(failure?.description.contains("horse") == false)
    }
  }
}

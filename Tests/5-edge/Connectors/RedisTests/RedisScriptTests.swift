import OmniRedis
import OmniTestKit
import Testing

@Suite("RedisScript")
struct RedisScriptTests {
  /// The examples of FIPS 180-1, appendices A to C, and of the empty text.
  @Test func `the digest is SHA-1`() {
    let cases = [
      ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
      ),
      (String(repeating: "a", count: 1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
      ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ]
    for (text, digest) in cases { #expect(RedisScript(text).digest == digest) }
  }

  @Test func `the digest is what the server computes, at every length`() throws {
    let server = try RedisServer()
    let connection = try RedisConnection(RedisAddress(server.address))
    for count in 0..<200 {
      let script = RedisScript("return 1" + String(repeating: " ", count: count))
      let digest = try connection.run(RedisCommand("SCRIPT", "LOAD", script.text)).text()
      #expect(script.digest == digest, "\(count)")
    }
  }
}

import Glibc
import OmniRedis
import OmniTestKit
import OmniTime
import Testing

@Suite("RedisConnection")
struct RedisConnectionTests {
  // MARK: Replies

  @Test func `each kind of reply arrives as what it is`() throws {
    let connection = try common.get().connected()
    func run(_ words: String...) throws -> RedisReply {
      try connection.run(RedisCommand(words[0], Array(words.dropFirst())))
    }

    #expect(try run("SET", "kinds:a", "1") == .status("OK"))
    #expect(try run("INCRBY", "kinds:a", "41") == .integer(42))
    #expect(try run("DECRBY", "kinds:b", "9223372036854775807") == .integer(-.max))
    #expect(try run("GET", "kinds:a") == .bytes(bytes("42")))
    #expect(try run("GET", "kinds:none") == .null)
    #expect(try run("BLPOP", "kinds:none", "0.01") == .null)
    #expect(try run("MGET", "kinds:a", "kinds:none") == .array([.bytes(bytes("42")), .null]))
    #expect(try run("LRANGE", "kinds:none", "0", "-1") == .array([]))
    #expect(try run("ECHO", "") == .bytes([]))
  }

  @Test func `arrays lie in arrays, with errors among them`() throws {
    let connection = try common.get().connected()

    let reply = try connection.evaluate(
      script: "return {1, {'a', {2, {}}}, false, redis.error_reply('BAD luck')}")

    #expect(
      reply
        == .array([
          .integer(1), .array([.bytes(bytes("a")), .array([.integer(2), .array([])])]), .null,
          .error("BAD luck"),
        ]))
  }

  @Test func `a reply deeper than allowed closes the connection and says so`() throws {
    let connection = try common.get().connected()
    func nested(_ depth: Int) -> String {
      "return " + String(repeating: "{", count: depth) + "1" + String(repeating: "}", count: depth)
    }
    var reply = try connection.evaluate(script: nested(RedisReply.depthMax))
    for _ in 0..<RedisReply.depthMax { reply = try #require(try reply.array().first) }
    #expect(reply == .integer(1))

    let failure = #expect(throws: RedisFailure.self) {
      try connection.evaluate(script: nested(RedisReply.depthMax + 1))
    }

    #expect(failure?.code == "RED-011")
    #expect(connection.isClosed)
  }

  @Test func `an array of more elements than allowed is refused before memory is asked for`()
    throws
  {
    let listener = try Liar(answering: ["+PONG\r\n", "*2147483647\r\n"])
    let connection = try RedisConnection(listener.address, .init(name: ""))

    let failure = #expect(throws: RedisFailure.self) { try connection.run(RedisCommand("PING")) }

    #expect(
      failure == .protocolBroken(message: "a reply of more than 16777216 elements"))
  }

  @Test func `bytes that are no reply close the connection`() throws {
    for nonsense in ["HTTP/1.1 400 Bad Request\r\n", ":12x\r\n", "$-7\r\n", "*-2\r\n"] {
      let listener = try Liar(answering: ["+PONG\r\n", nonsense])
      let connection = try RedisConnection(listener.address, .init(name: ""))

      let failure = #expect(throws: RedisFailure.self) { try connection.run(RedisCommand("PING")) }

      #expect(failure?.code == "RED-011", "\(nonsense)")
      #expect(connection.isClosed)
    }
  }

  /// Replies in which a few bytes were changed; what is cut off ends with the time-out.
  @Test func `no bytes instead of a reply stop the program or the call`() throws {
    let replies = ["*2\r\n$3\r\nabc\r\n*1\r\n:12\r\n", "$5\r\n12345\r\n", "-ERR no\r\n"]
    let alphabet = Array("*$:+-0123456789\r\n\u{0}a".utf8)
    for seed in UInt64(0)..<60 {
      var random = SeededRandom(seed: seed)
      var answer = Array(random.pick(replies).utf8)
      for _ in 0...random.below(3) {
        answer[Int(random.below(UInt64(answer.count)))] = random.pick(alphabet)
      }
      let listener = try Liar(
        answering: ["+PONG\r\n", String(decoding: answer, as: UTF8.self)])
      let connection = try RedisConnection(
        listener.address, .init(timeout: .milliseconds(20), name: ""))
      do throws(RedisFailure) {
        try connection.run(RedisCommand("PING"))
      } catch {
        #expect(["RED-005", "RED-006", "RED-011"].contains(error.code), "seed \(seed): \(error)")
      }
    }
  }

  @Test func `bytes of all values, zeros too, come back as they were`() throws {
    let connection = try common.get().connected()
    let all = (0...255).map { UInt8($0) } + [0, 0, 13, 10, 0]
    var set = RedisCommand("SET")
    set.append(all)
    set.append(all)

    try connection.run(set).expectOK()

    #expect(try connection.run(RedisCommand("GET", [all])) == .bytes(all))
  }

  @Test func `values of a megabyte and more come back as they were`() throws {
    let connection = try common.get().connected()
    var random = SeededRandom(seed: 7)
    for count in [1 << 20, (1 << 20) + 1, 9 << 20] {
      var value = [UInt8](repeating: 0, count: count)
      for index in value.indices { value[index] = UInt8(truncatingIfNeeded: random.next()) }
      var set = RedisCommand("SET", "large")
      set.append(value)

      try connection.run(set).expectOK()

      let isSame = try connection.run(RedisCommand("GET", "large")) == .bytes(value)
      #expect(isSame, "\(count) bytes")
    }
    try connection.run(RedisCommand("DEL", "large"))
  }

  @Test func `an error reply is thrown, and the connection goes on`() throws {
    let connection = try common.get().connected()
    try connection.run(RedisCommand("SET", "text", "x"))

    let failure = #expect(throws: RedisFailure.self) {
      try connection.run(RedisCommand("INCR", "text"))
    }

    let message = "ERR value is not an integer or out of range"
    #expect(failure == .refused(command: "INCR", message: message))
    #expect(failure?.serverWord == "ERR")
    #expect(failure?.description == "RED-005: the server refused INCR: \(message)")
    #expect(try connection.run(RedisCommand("GET", "text")).text() == "x")
  }

  // MARK: Pipelines

  @Test func `ten thousand commands are answered in order`() throws {
    let connection = try common.get().connected()
    var random = SeededRandom(seed: 11)
    let values = (0..<10_000).map { _ in "\(random.next())" }

    let replies = try connection.run(pipeline: values.map { RedisCommand("ECHO", $0) })

    #expect(replies == values.map { .bytes(bytes($0)) })
  }

  @Test func `a pipeline larger than all buffers of the system goes through`() throws {
    let connection = try common.get().connected()
    let value = String(repeating: "x", count: 100_000)

    let replies = try connection.run(
      pipeline: (0..<400).map { _ in RedisCommand("ECHO", value) })

    #expect(replies.count == 400)
    #expect(replies.allSatisfy { $0 == .bytes(bytes(value)) })
  }

  @Test func `an error in a pipeline is data, and the others are executed`() throws {
    let connection = try common.get().connected()

    let replies = try connection.run(pipeline: [
      RedisCommand("SET", "p", "x"), RedisCommand("INCR", "p"), RedisCommand("GET", "p"),
    ])

    let refusal = RedisReply.error("ERR value is not an integer or out of range")
    #expect(replies == [.status("OK"), refusal, .bytes(bytes("x"))])
    #expect(try connection.run(pipeline: []) == [])
  }

  // MARK: Scripts

  @Test func `a script runs although the server has forgotten it`() throws {
    let connection = try common.get().connected()
    let script = "return {KEYS[1], ARGV[1], ARGV[2]}"
    for _ in 0..<3 {
      let reply = try connection.evaluate(script: script, keys: ["k"], arguments: ["a", "b"])
      #expect(try reply.array().map { try $0.text() } == ["k", "a", "b"])
      try connection.run(RedisCommand("SCRIPT", "FLUSH")).expectOK()
    }
  }

  @Test func `a script runs on a server that was started again`() throws {
    let server = try RedisServer()
    let script = RedisScript("return ARGV[1]")
    let first = try server.connected()
    #expect(try first.evaluate(script, arguments: [[0, 1]]) == .bytes([0, 1]))

    try server.kill()
    try server.start()

    #expect(throws: RedisFailure.self) { try first.evaluate(script, arguments: [[2]]) }
    let second = try server.connected()
    #expect(try second.evaluate(script, arguments: [[2]]) == .bytes([2]))
  }

  @Test func `a script that fails is refused with its own words`() throws {
    let connection = try common.get().connected()
    for _ in 0..<2 {
      let failure = #expect(throws: RedisFailure.self) {
        try connection.evaluate(script: "return redis.error_reply('LIMIT reached')")
      }
      #expect(failure?.serverWord == "LIMIT")
    }
  }

  // MARK: Opening

  @Test func `the database, the name and the socket of an address are used`() throws {
    let server = try common.get()
    for address in ["\(server.address)/3", server.socketAddress] {
      let connection = try RedisConnection(RedisAddress(address), .init(name: "books"))
      let line = try connection.run(RedisCommand("CLIENT", "INFO")).text()
      #expect(line.contains(" name=books "))
      #expect(line.contains(address.hasSuffix("/3") ? " db=3 " : " db=0 "))
    }
  }

  @Test func `a wrong or missing password is told, and is in no message`() throws {
    let server = try RedisServer(password: "open-sesame")
    #expect(try server.connected().run(RedisCommand("PING")) == .status("PONG"))
    for login in [":wrong-horse@", "nobody:wrong-horse@", ""] {
      let failure = #expect(throws: RedisFailure.self) {
        try RedisConnection(RedisAddress("redis://\(login)127.0.0.1:\(server.port)"))
      }
      #expect(failure?.code == "RED-004")
      #expect(failure?.fate == .notSent)
      #expect(failure?.description.contains("horse") == false)
      #expect(failure?.description.contains(login.isEmpty ? "NOAUTH" : "WRONGPASS") == true)
    }
  }

  @Test func `a database that the server does not have is told`() throws {
    let failure = #expect(throws: RedisFailure.self) {
      try RedisConnection(RedisAddress("\(common.get().address)/4000"))
    }
    #expect(failure?.code == "RED-004")
  }

  @Test func `an unknown host, a closed port and a missing socket are told at once`() throws {
    let port = try RedisServer.freePort()
    for address in ["redis://no.such.host.invalid", "redis://127.0.0.1:\(port)", "unix:/none"] {
      var failure: RedisFailure?
      let time = measured {
        failure = #expect(throws: RedisFailure.self) { try RedisConnection(RedisAddress(address)) }
      }
      #expect(failure?.code == "RED-003", "\(address)")
      #expect(failure?.fate == .notSent)
      #expect(time < .seconds(2), "\(address) took \(time)")
    }
  }

  @Test func `a server that accepts and says nothing is given up in time`() throws {
    let listener = try Liar(answering: [])
    var failure: RedisFailure?
    let time = measured {
      failure = #expect(throws: RedisFailure.self) {
        try RedisConnection(listener.address, .init(connectTimeout: .milliseconds(200)))
      }
    }
    #expect(failure?.code == "RED-003")
    #expect((.milliseconds(190) ... .seconds(2)).contains(time), "\(time)")
  }

  @Test func `a server that still reads its data counts as not there yet`() throws {
    let words = "LOADING Redis is loading the dataset in memory"
    let listener = try Liar(answering: ["+OK\r\n-\(words)\r\n"])
    let place = listener.address.placeText
    #expect(throws: RedisFailure.unreachable(place: place, message: words)) {
      try RedisConnection(listener.address)
    }
  }

  @Test func `somebody who sends back what it hears is no server`() throws {
    let listener = try Liar(answering: ["*1\r\n$4\r\nPING\r\n"])
    let failure = #expect(throws: RedisFailure.self) {
      try RedisConnection(listener.address, .init(name: ""))
    }
    #expect(failure?.code == "RED-003")
  }

  @Test func `a server that has no room says so, and a missing password is told without a name`()
    throws
  {
    let words = "ERR max number of clients reached"
    let listener = try Liar(answering: ["-\(words)\r\n"])
    let place = listener.address.placeText
    #expect(throws: RedisFailure.rejected(place: place, message: words)) {
      try RedisConnection(listener.address, .init(connectTimeout: .milliseconds(100)))
    }
    let server = try RedisServer(password: "open-sesame")
    let failure = #expect(throws: RedisFailure.self) {
      try RedisConnection(RedisAddress("redis://127.0.0.1:\(server.port)"), .init(name: ""))
    }
    #expect(failure?.code == "RED-004")
  }

  // MARK: Time-outs and ends

  @Test func `a reply that comes too late is given to no other command`() throws {
    let server = try common.get()
    let connection = try server.connected(timeout: .milliseconds(100))
    let slow = RedisCommand("BLPOP", "late", "0.4")

    let failure = #expect(throws: RedisFailure.self) { try connection.run(slow) }

    #expect(
      failure == .timedOut(command: "BLPOP", after: .milliseconds(100), fate: .mayHaveRun))
    #expect(connection.isClosed)
    #expect(throws: RedisFailure.closed(fate: .notSent)) {
      try connection.run(RedisCommand("ECHO", "next"))
    }
    #expect(try server.connected().run(RedisCommand("ECHO", "next")).text() == "next")
  }

  @Test func `a read that blocks at the server is given a longer time-out`() throws {
    let server = try common.get()
    let reader = try server.connected(timeout: .milliseconds(50))
    let read = RedisCommand("XREAD", "BLOCK", "300", "STREAMS", "stream", "0")

    #expect(try reader.run(read, timeout: .seconds(5)) == .null)
    let id = try server.connected().run(RedisCommand("XADD", "stream", "*", "a", "1"))

    let entry = RedisReply.array([id, .array([.bytes(bytes("a")), .bytes(bytes("1"))])])
    #expect(
      try reader.run(read, timeout: .seconds(5))
        == .array([.array([.bytes(bytes("stream")), .array([entry])])]))
  }

  /// On a socket of the machine, to write to who is gone raises SIGPIPE unless it is asked not to.
  @Test func `a server that is gone ends the connection, without a signal`() throws {
    let server = try RedisServer()
    let connections = try [server.address, server.socketAddress].map { address in
      try RedisConnection(RedisAddress(address))
    }
    signal(SIGPIPE, SIG_DFL)
    try server.kill()

    for connection in connections {
      let failure = #expect(throws: RedisFailure.self) { try connection.run(RedisCommand("PING")) }
      #expect(failure?.code == "RED-007")
      #expect(connection.isClosed)
    }
  }

  @Test func `commands that would part replies from commands are refused`() throws {
    let connection = try common.get().connected()
    let commands = [
      RedisCommand("subscribe", "a"), RedisCommand("MONITOR"), RedisCommand("HELLO", "3"),
      RedisCommand("Client", "reply", "OFF"), RedisCommand("PSUBSCRIBE", "a"),
    ]
    for command in commands {
      let failure = #expect(throws: RedisFailure.self) { try connection.run(command) }
      #expect(failure?.code == "RED-012")
    }
    #expect(try connection.run(RedisCommand("PING")) == .status("PONG"))
  }

  @Test func `a closed connection says so`() throws {
    let connection = try common.get().connected()
    connection.close()
    connection.close()
    #expect(throws: RedisFailure.closed(fate: .notSent)) {
      try connection.run(RedisCommand("PING"))
    }
  }
}

// MARK: - Words for the tests

/// A server that is neither killed nor emptied; each test has keys of its own.
private let common = Result { try RedisServer() }

extension RedisServer {
  fileprivate func connected(timeout: Interval = .seconds(20)) throws -> RedisConnection {
    try RedisConnection(RedisAddress(address), .init(timeout: timeout))
  }
}

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

private func measured(_ body: () throws -> Void) rethrows -> Interval {
  let time = try ContinuousClock().measure(body)
  return Interval(nanoseconds: Int64(time / .nanoseconds(1)))
}

/// Somebody who accepts one connection, says a thing each time that it is asked, and holds it.
@safe private final class Liar: Sendable {
  let address: RedisAddress
  private let listener: Int32

  init(answering texts: [String]) throws {
    let port = try RedisServer.freePort()
    address = try RedisAddress("redis://127.0.0.1:\(port)")
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = in_port_t(UInt16(port).bigEndian)
    place.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
    let isBound = unsafe withUnsafePointer(to: &place) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    try #require(isBound && listen(descriptor, 8) == 0)
    listener = descriptor
    let answers = texts.map { Array($0.utf8) }
    var thread = pthread_t()
    let box = unsafe Unmanaged.passRetained(Talk(listener: dup(descriptor), answers: answers))
      .toOpaque()
    let result = unsafe pthread_create(&thread, nil, { unsafe talk($0) }, box)
    try #require(result == 0)
    pthread_detach(thread)
  }

  /// The thread has a descriptor of its own, which this wakes.
  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }
}

private final class Talk: Sendable {
  let listener: Int32
  let answers: [[UInt8]]
  init(listener: Int32, answers: [[UInt8]]) {
    self.listener = listener
    self.answers = answers
  }
}

private func talk(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  let talk = unsafe Unmanaged<Talk>.fromOpaque(argument).takeRetainedValue()
  let peer = accept(talk.listener, nil, nil)
  if peer >= 0 {
    var heard = [UInt8](repeating: 0, count: 1_024)
    for answer in talk.answers {
      _ = unsafe read(peer, &heard, heard.count)
      _ = unsafe write(peer, answer, answer.count)
    }
    // Until the other side goes.
    while unsafe read(peer, &heard, heard.count) > 0 {}
    close(peer)
  }
  close(talk.listener)
  return nil
}

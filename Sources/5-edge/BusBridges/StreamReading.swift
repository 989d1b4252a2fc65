import OmniRedis

/// The entries that XREAD gave, by stream: each with its id and its fields.
struct StreamReading {
  let entries: [(stream: String, id: String, fields: [RedisReply])]

  init(_ reply: RedisReply) throws(RedisFailure) {
    var entries: [(stream: String, id: String, fields: [RedisReply])] = []
    guard !reply.isNull else {
      self.entries = []
      return
    }
    for stream in try reply.array() {
      let parts = try stream.array()
      guard parts.count == 2 else {
        throw .unexpectedReply(wanted: "a stream and its entries", found: "\(parts.count) parts")
      }
      let name = try parts[0].text()
      for entry in try parts[1].array() {
        let halves = try entry.array()
        guard halves.count == 2 else {
          throw .unexpectedReply(wanted: "an id and fields", found: "\(halves.count) parts")
        }
        // An entry that was deleted while it was read has no fields.
        let fields = halves[1].isNull ? [] : try halves[1].array()
        entries.append((name, try halves[0].text(), fields))
      }
    }
    self.entries = entries
  }
}

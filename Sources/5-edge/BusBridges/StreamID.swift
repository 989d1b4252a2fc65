import OmniRedis

/// The ids of a stream whose entries are events: the event's number, and `-0`.
enum StreamID {
  /// The id of event `sequence`.
  static func text(_ sequence: UInt64) -> String { "\(sequence)-0" }

  /// The number of the event whose id is `text`.
  static func sequence(_ text: String) throws(BridgeFailure) -> UInt64 {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1] == "0", let sequence = UInt64(parts[0]) else {
      throw .foreignID(String(text.prefix(48)))
    }
    return sequence
  }

  /// The number of the last event that was added to `stream`, or nil if there is no stream.
  static func last(
    of stream: String, _ connection: RedisConnection
  ) throws(BridgeFailure) -> UInt64? {
    var text = ""
    do throws(RedisFailure) {
      let facts = try connection.run(RedisCommand("XINFO", "STREAM", stream)).array()
      var index = 0
      while index + 1 < facts.count, text.isEmpty {
        if try facts[index].text() == "last-generated-id" { text = try facts[index + 1].text() }
        index += 2
      }
    } catch {
      if case .refused(_, let message) = error, message.contains("no such key") { return nil }
      throw .redis(error)
    }
    let sequence = try sequence(text)
    return sequence == 0 ? nil : sequence
  }
}

import OmniNumerics
import OmniSnapshotter
import Testing

@Suite("EventBatch")
struct EventBatchTests {
  @Test func `events come back as they were added, in either way`() {
    var batch = EventBatch()
    batch.append([1, 2])
    batch.append([])
    batch.append { $0 += [3] }
    #expect(batch.count == 3)
    #expect(batch.byteCount == 3)
    #expect([batch[0], batch[1], batch[2]] == [[1, 2], [], [3]])
    batch.removeAll()
    #expect(batch.isEmpty)
    #expect(batch == EventBatch())
  }

  @Test func `a part of another batch is what one by one would be, up to the limit`() {
    for seed in UInt64(0)..<300 {
      var random = SplitMix64(seed: seed)
      let events = (0..<random.below(20)).map { _ in
        randomBytes(Int(random.below(10)), &random)
      }
      var whole = EventBatch()
      for event in events { whole.append(event) }
      let start = Int(random.below(UInt64(events.count + 1)))
      let limit = EventBatch.Limit(
        events: 1 + Int(random.below(8)), bytes: 1 + Int(random.below(30)))
      var (part, expected) = (EventBatch(), EventBatch())
      part.append([9])
      expected.append([9])
      var bytes = 0
      for event in events[start...].prefix(limit.events) {
        if bytes > 0 && bytes + event.count > limit.bytes { break }
        if expected.count > 1 && bytes + event.count > limit.bytes { break }
        expected.append(event)
        bytes += event.count
      }
      part.append(from: whole, at: start, limit: limit)
      #expect(part == expected, "seed \(seed)")
    }
  }

  @Test func `a limit lets one event in at least`() {
    #expect(EventBatch.Limit(events: 0, bytes: -5) == EventBatch.Limit(events: 1, bytes: 1))
  }
}

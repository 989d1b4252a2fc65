import Glibc
import OmniBus
import OmniPlatform
import OmniTestKit
import OmniTime
import Testing

@Suite("EventLog")
struct EventLogTests {
  // MARK: Examples

  @Test func `what was flushed is read from any number on`() throws {
    try inFolder { folder in
      let log = try EventLog(folder, settings(segmentBytes: 4_096))
      #expect(log.oldest == nil && log.newest == nil && log.nextSequence == 1)
      for first in stride(from: UInt64(1), to: 500, by: 50) {
        try fill(log, first...first + 49)
        #expect(log.newest ?? 0 == first - 1 && log.nextSequence == first + 50)
        try log.flush()
      }

      #expect(log.oldest == 1 && log.newest == 500 && log.nextSequence == 501)
      #expect(try FileSystem.names(in: folder).count == 10)
      for first in [UInt64(1), 2, 77, 499, 500, 501] {
        #expect(try numbers(log, from: first) == Array(first..<501))
      }
      for outside in [UInt64(0), 502] {
        #expect(
          throws: EventLogFailure.outOfReach(wanted: outside, oldest: 1, newest: 500)
        ) { _ = try log.read(from: outside) }
      }
    }
  }

  @Test func `a cursor at the end goes on when more is written`() throws {
    try inFolder { folder in
      let log = try EventLog(folder, settings(segmentBytes: 4_096))
      var cursor = try log.read(from: 1)
      var got: [UInt64] = []
      for round in UInt64(0)..<60 {
        while let event = try cursor.nextEvent() { got.append(event.sequence) }
        #expect(got.count == Int(round * 7))
        try fill(log, round * 7 + 1...round * 7 + 7)
        try log.flush()
      }
    }
  }

  @Test func `a log that was closed goes on where it ended`() throws {
    try inFolder { folder in
      let first = try EventLog(folder, settings(durability: .every(3)), first: 40)
      try fill(first, 40...60)
      try first.close()
      try first.close()
      #expect(throws: EventLogFailure.closed) { try fill(first, 61...61) }

      let second = try EventLog(folder, settings())
      #expect(throws: EventLogFailure.outOfOrder(found: 60, wanted: 61)) {
        try fill(second, 60...60)
      }
      try fill(second, 61...70)
      try second.synchronize()
      #expect(try numbers(second, from: 40) == Array(40...70))
    }
  }

  @Test func `a folder has one log at a time`() throws {
    try inFolder { folder in
      let log = try EventLog(folder, settings())
      #expect {
        _ = try EventLog(folder, settings())
      } throws: { error in
        guard case .file(let cause)? = error as? EventLogFailure else { return false }
        return cause.reason == .locked
      }
      try log.close()
      _ = try EventLog(folder, settings())
    }
  }

  @Test func `the oldest segments go when there is enough without them`() throws {
    try inFolder { folder in
      let log = try EventLog(folder, settings(segmentBytes: 4_096, retentionBytes: 16_384))
      var slow = try log.read(from: 1)
      for number in UInt64(1)...2_000 {
        try fill(log, number...number)
        try log.flush()
      }
      let oldest = try #require(log.oldest)
      #expect(oldest > 1_000 && log.bytes >= 16_384 && log.bytes < 16_384 + 2 * 4_096)
      #expect(try numbers(log, from: oldest) == Array(oldest...2_000))
      #expect(
        throws: EventLogFailure.outOfReach(wanted: 1, oldest: oldest, newest: 2_000)
      ) { _ = try slow.nextEvent() }
      try log.close()
      #expect(try EventLog(folder, settings()).oldest == oldest)
    }
  }

  // MARK: Recovery

  @Test func `after every truncation all whole events are there, and writing goes on`() throws {
    try inFolder { folder in
      let source = folder + "/source"
      let log = try EventLog(source, settings())
      try fill(log, 1...6)
      try log.close()
      let name = try #require(try FileSystem.names(in: source).first)
      let image = try content(source + "/" + name)

      for length in 0..<image.count {
        let copy = folder + "/copy"
        try FileSystem.makeDirectory(copy)
        try FileSystem.replaceFile(copy + "/" + name, with: Array(image[..<length]))
        let whole = wholeEvents(image, length)
        let recovered = try EventLog(copy, settings())
        #expect(recovered.nextSequence == whole + 1, "\(length) bytes")
        try fill(recovered, whole + 1...whole + 2)
        try recovered.close()
        let again = try EventLog(copy, settings())
        #expect(try numbers(again, from: 1) == Array(1...whole + 2), "\(length) bytes")
        try again.close()
        try FileSystem.removeDirectory(copy)
      }
    }
  }

  @Test func `zeros behind the last event are cut as well`() throws {
    try inFolder { folder in
      let log = try EventLog(folder, settings())
      try fill(log, 1...3)
      try log.close()
      let path = folder + "/" + (try #require(try FileSystem.names(in: folder).first))
      let image = try content(path)
      for zeros in [1, 47, 48, 4_096] {
        try FileSystem.replaceFile(path, with: image + [UInt8](repeating: 0, count: zeros))
        #expect(try EventLog(folder, settings()).newest == 3)
        #expect(try content(path) == image)
      }
    }
  }

  @Test func `a flipped bit anywhere is damage with its place, and nothing is cut`() throws {
    try inFolder { folder in
      let log = try EventLog(folder, settings())
      try fill(log, 1...3)
      try log.close()
      let name = try #require(try FileSystem.names(in: folder).first)
      let image = try content(folder + "/" + name)
      for bit in 0..<image.count * 8 {
        var damaged = image
        damaged[bit / 8] ^= 1 << UInt8(bit % 8)
        try write(folder + "/" + name, damaged)
        do {
          _ = try EventLog(folder, settings())
          Issue.record("bit \(bit) turned, and nobody noticed")
        } catch EventLogFailure.corrupt(let segment, let offset, _) {
          #expect(segment == name && offset <= bit / 8 && bit >= 24 * 8)
        } catch EventLogFailure.badSegment {
          #expect(bit < 24 * 8)
        }
        #expect(try FileSystem.size(of: folder + "/" + name) == image.count)
      }
    }
  }

  @Test func `a short or missing segment before the last is damage, not a torn tail`() throws {
    try inFolder { folder in
      let log = try EventLog(folder, settings(segmentBytes: 4_096))
      for number in UInt64(1)...100 {
        try fill(log, number...number)
        try log.flush()
      }
      try log.close()
      let names = try FileSystem.names(in: folder)
      try #require(names.count >= 3)
      let path = folder + "/" + names[1]
      let image = try content(path)
      for length in [0, 10, 24, image.count - 1] {
        try write(path, Array(image[..<length]))
        #expect(throws: EventLogFailure.self, "\(length)") { _ = try EventLog(folder, settings()) }
        #expect(try FileSystem.size(of: path) == length)
      }
      try FileSystem.remove(path)
      #expect {
        _ = try EventLog(folder, settings())
      } throws: { error in
        guard case .gap(let segment, _, _)? = error as? EventLogFailure else { return false }
        return segment == names[2]
      }
    }
  }

  // MARK: A world that refuses

  @Test func `a full device is told with its kind, and the log takes nothing more`() throws {
    try inFolder { folder in
      let log = try EventLog(folder, settings())
      // The next segment's name leads to a device that is always full.
      let name = "/bus-00000000000000000001.oblog"
      let isLinked = unsafe symlink("/dev/full", folder + name) == 0
      try #require(isLinked)
      try fill(log, 1...2)
      #expect {
        try log.flush()
      } throws: { error in
        guard case .file(let cause)? = error as? EventLogFailure else { return false }
        return cause.reason == .diskFull
      }
      #expect {
        try fill(log, 3...3)
      } throws: { error in
        guard case .poisoned(let cause)? = error as? EventLogFailure else { return false }
        return cause.reason == .diskFull
      }
      #expect(throws: EventLogFailure.self) { try log.close() }
      #expect(log.newest == nil)
    }
  }

  @Test func `settings out of their limits are refused`() {
    #expect(throws: EventLogFailure.self) { _ = try settings(segmentBytes: 4_095) }
    #expect(throws: EventLogFailure.self) { _ = try settings(segmentBytes: 1 << 30 + 1) }
    #expect(throws: EventLogFailure.self) { _ = try settings(retentionBytes: 5_000) }
    #expect(throws: EventLogFailure.self) { _ = try settings(durability: .every(0)) }
  }
}

// MARK: - Words for the tests

/// Calls `body` with a new folder, which is removed afterwards.
func inFolder(_ body: (String) throws -> Void) throws {
  let folder = try FileSystem.makeTemporaryDirectory("omni-bus")
  defer { try? FileSystem.removeDirectory(folder) }
  try body(folder)
}

private func settings(
  segmentBytes: Int = 1 << 20, retentionBytes: Int = .max,
  durability: EventLogConfiguration.Durability = .onClose
) throws(EventLogFailure) -> EventLogConfiguration {
  try EventLogConfiguration(
    segmentBytes: segmentBytes, retentionBytes: retentionBytes, durability: durability)
}

/// Adds the events numbered `range`, each with a payload that tells its number.
private func fill(_ log: EventLog, _ range: ClosedRange<UInt64>) throws {
  for number in range {
    let bytes = pattern(number)
    try log.append(
      BusHeader(sequence: number, draft(.marketTrade, key: number)), unsafe bytes.span.bytes)
  }
}

/// The numbers of the events from `first` on, each of which is checked.
private func numbers(_ log: EventLog, from first: UInt64) throws -> [UInt64] {
  var cursor = try log.read(from: first)
  var numbers: [UInt64] = []
  while try cursor.poll(
    limit: 7,
    { header, payload in
      #expect(matches(payload, header.sequence) && header.key == header.sequence)
      numbers.append(header.sequence)
    }) > 0
  {}
  return numbers
}

private func content(_ path: String) throws -> [UInt8] {
  let file = try File(path, .read)
  return try file.bytes(at: 0, count: file.size())
}

private func write(_ path: String, _ bytes: [UInt8]) throws {
  let file = try File(path, .replace)
  try file.write(bytes, at: 0)
}

/// How many whole events the first `length` bytes of `image` hold.
private func wholeEvents(_ image: [UInt8], _ length: Int) -> UInt64 {
  var offset = 24
  var count: UInt64 = 0
  while offset + 48 <= length {
    let payloadBytes = Int(image[offset + 36]) + Int(image[offset + 37]) << 8
    offset += 48 + payloadBytes
    if offset <= length { count += 1 }
  }
  return count
}

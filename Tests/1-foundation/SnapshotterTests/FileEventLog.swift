import OmniEncoding
import OmniPlatform
import OmniSnapshotter

/// Events in a file for each stream, each after its length and its checksum; for tests alone.
///
/// It shows that rebuilding needs no more of a log than the protocol says. It keeps where events
/// begin in memory, and knows of no other process.
final class FileEventLog: EventLog {
  private let path: String
  private var places: [StreamName: [Int]] = [:]

  init(_ path: String) { self.path = path }

  func version(of stream: StreamName) throws(EventLogFailure) -> UInt64 {
    UInt64(try ends(of: stream).count)
  }

  func read(
    _ stream: StreamName, after version: UInt64, limit: EventBatch.Limit,
    into batch: inout EventBatch
  ) throws(EventLogFailure) {
    batch.removeAll()
    let ends = try ends(of: stream)
    guard version < UInt64(ends.count) else { return }
    let first = Int(version)
    do throws(FileError) {
      let file = try File(file(of: stream), .read)
      for index in first..<min(ends.count, first + limit.events) {
        let start = index == 0 ? 0 : ends[index - 1]
        let bytes = try file.bytes(at: start, count: ends[index] - start)
        let event = Array(bytes.dropFirst(8))
        guard CRC32C.checksum(event) == number(bytes, at: 4) else {
          throw FileError(.truncated, operation: "read", path: file.path)
        }
        if !batch.isEmpty && batch.byteCount + event.count > limit.bytes { break }
        batch.append(event)
      }
    } catch {
      if error.reason == .truncated { throw .damaged(stream: stream, version: version + 1) }
      throw .file(error)
    }
  }

  func append(
    _ events: EventBatch, to stream: StreamName, expecting expected: UInt64
  ) throws(EventLogFailure) -> UInt64 {
    var ends = try ends(of: stream)
    guard UInt64(ends.count) == expected else {
      throw .conflict(stream: stream, expected: expected, actual: UInt64(ends.count))
    }
    var bytes: [UInt8] = []
    let start = ends.last ?? 0
    for index in 0..<events.count {
      let event = events[index]
      guard event.count <= EventBatch.eventBytesMax else {
        throw .eventTooLong(bytes: event.count, limitBytes: EventBatch.eventBytesMax)
      }
      bytes += littleEndian(UInt64(event.count) | UInt64(CRC32C.checksum(event)) << 32) + event
      ends.append(start + bytes.count)
    }
    do throws(FileError) {
      let place = file(of: stream)
      let file = try File(place, FileSystem.exists(place) ? .update : .create)
      try file.write(bytes, at: start)
      try file.synchronize()
    } catch {
      throw .file(error)
    }
    places[stream] = ends
    return UInt64(ends.count)
  }

  /// Where each event of `stream` ends.
  private func ends(of stream: StreamName) throws(EventLogFailure) -> [Int] {
    if let known = places[stream] { return known }
    guard FileSystem.exists(file(of: stream)) else { return [] }
    var ends: [Int] = []
    do throws(FileError) {
      let file = try File(file(of: stream), .read)
      let bytes = try file.bytes(at: 0, count: try file.size())
      var end = 0
      while end + 8 <= bytes.count {
        let next = end + 8 + Int(number(bytes, at: end))
        guard next <= bytes.count else { break }
        ends.append(next)
        end = next
      }
    } catch {
      throw .file(error)
    }
    places[stream] = ends
    return ends
  }

  private func file(of stream: StreamName) -> String {
    path + "/" + stream.text.utf8.map { String($0, radix: 16) }.joined() + ".events"
  }

  private func number(_ bytes: [UInt8], at place: Int) -> UInt32 {
    (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
  }
}

import OmniPlatform
import OmniSnapshotter
import Testing

@Suite("SnapshotStore")
struct SnapshotStoreTests {
  @Test func `memory keeps the promises of a store`() throws {
    try SnapshotStoreConformance.check { MemorySnapshotStore() }
  }

  @Test func `a folder keeps the promises of a store`() throws {
    try inFolder { folder in
      var count = 0
      try SnapshotStoreConformance.check {
        count += 1
        return FileSnapshotStore(folder + "/\(count)")
      }
    }
  }

  @Test func `a record above the limit is refused`() throws {
    try inFolder { folder in
      let key = SnapshotKey(
        stream: try name("a"), version: 1, schemaVersion: 1, reducerFingerprint: 1)
      let limit = SnapshotRecord.encodedBytesMax
      let record = [UInt8](repeating: 0, count: limit + 1)
      let failure = SnapshotStoreFailure.recordTooLong(bytes: limit + 1, limitBytes: limit)
      let (memory, files) = (MemorySnapshotStore(), FileSnapshotStore(folder))
      #expect(throws: failure) { try memory.put(record, for: key) }
      #expect(throws: failure) { try files.put(record, for: key) }
      #expect(memory.keys(of: key.stream).isEmpty)
      #expect(try files.keys(of: key.stream).isEmpty)
    }
  }

  @Test func `of many writers of one key exactly one is told that it was stored`() async throws {
    try await whileInFolder { folder in
      let files = FileSnapshotStore(folder)
      let memory = MemorySnapshotStore()
      let stream = try name("a")
      for version in UInt64(1)...20 {
        let key = SnapshotKey(
          stream: stream, version: version, schemaVersion: 1, reducerFingerprint: 1)
        let stored = try await withThrowingTaskGroup(of: [Bool].self) { group in
          for writer in UInt8(0)..<8 {
            group.addTask {
              [try files.put([writer], for: key), try memory.put([writer], for: key)]
            }
          }
          var counts = [0, 0]
          for try await outcome in group {
            for index in 0..<2 where outcome[index] { counts[index] += 1 }
          }
          return counts
        }
        #expect(stored == [1, 1], "version \(version)")
      }
      #expect(try files.keys(of: stream).count == 20)
    }
  }
}

/// Calls `body` with the path of a new folder, which is removed afterwards.
func inFolder(_ body: (String) throws -> Void) throws {
  let folder = try FileSystem.makeTemporaryDirectory("omni-snapshots")
  defer { try? FileSystem.removeDirectory(folder) }
  try body(folder)
}

private func whileInFolder(_ body: (String) async throws -> Void) async throws {
  let folder = try FileSystem.makeTemporaryDirectory("omni-snapshots")
  defer { try? FileSystem.removeDirectory(folder) }
  try await body(folder)
}

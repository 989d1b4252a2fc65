import OmniNumerics
import OmniPlatform
import OmniSnapshotter
import Testing

@Suite("FileSnapshotStore")
struct FileSnapshotStoreTests {
  @Test func `a snapshot is a file that is named for its key`() throws {
    try inFolder { folder in
      let store = FileSnapshotStore(folder + "/made/when/needed")
      #expect(try store.put([1, 2], for: key("orders.7", 42)))
      let place =
        folder + "/made/when/needed/orders%2e7/"
        + "v00000000000000000042-s00000003-r0123456789abcdef.snp"
      let file = try File(place, .read)
      #expect(try file.bytes(at: 0, count: 10) == [1, 2])
    }
  }

  @Test func `another store of the same folder sees the same`() throws {
    try inFolder { folder in
      let (one, other) = (FileSnapshotStore(folder), FileSnapshotStore(folder))
      let key = try key("a", 1)
      #expect(try one.put([1], for: key))
      #expect(try !other.put([2], for: key))
      #expect(try other.load(key) == [1])
      #expect(try other.remove(key))
      #expect(try one.load(key) == nil)
    }
  }

  @Test func `a long name goes on in folders below, and none is taken for another`() throws {
    try inFolder { folder in
      let store = FileSnapshotStore(folder)
      let keys = try [199, 200, 201, 202, 254, 255].map {
        try key(String(repeating: "n", count: $0), 1)
      }
      for (index, key) in keys.enumerated() {
        #expect(try store.put([UInt8(index)], for: key))
      }
      for (index, key) in keys.enumerated() {
        #expect(try store.load(key) == [UInt8(index)])
      }
    }
  }

  // MARK: Leftovers

  @Test func `what an interrupted writing left is not listed, and goes with the next`() throws {
    try inFolder { folder in
      let store = FileSnapshotStore(folder)
      #expect(try store.put([1], for: key("a", 1)))
      let leftovers = [
        "v00000000000000000002-s00000003-r0123456789abcdef.snp.tmp", "half.snp.tmp",
      ]
      for name in leftovers { _ = try File(folder + "/a/" + name, .create) }

      #expect(try store.keys(of: name("a")) == [key("a", 1)])
      #expect(try store.load(key("a", 2)) == nil)

      #expect(try store.put([2], for: key("a", 2)))
      #expect(
        try FileSystem.names(in: folder + "/a") == [
          "v00000000000000000001-s00000003-r0123456789abcdef.snp",
          "v00000000000000000002-s00000003-r0123456789abcdef.snp",
        ])
    }
  }

  @Test func `files of other names are neither listed nor touched`() throws {
    try inFolder { folder in
      let store = FileSnapshotStore(folder)
      #expect(try store.put([1], for: key("a", 1)))
      let strange = [
        "notes.txt", "v1-s3-r0123456789abcdef.snp", ".snp",
        "v00000000000000000001-s00000003-r0123456789ABCDEF.snp",
        "w00000000000000000001-s00000003-r0123456789abcdef.snp",
        "v00000000000000000001-s00000003-r0123456789abcdef.snp.bak",
        "v99999999999999999999-s00000003-r0123456789abcdef.snp",
        "v+0000000000000000001-s00000003-r0123456789abcdef.snp",
      ]
      for name in strange { _ = try File(folder + "/a/" + name, .create) }
      #expect(try store.keys(of: name("a")) == [key("a", 1)])
      #expect(try store.put([2], for: key("a", 2)))
      #expect(try store.remove(key("a", 1)))
      #expect(try FileSystem.names(in: folder + "/a").count == strange.count + 1)
    }
  }

  // MARK: Failures

  @Test func `a folder that cannot be written to is a typed failure and no loss`() throws {
    try inFolder { folder in
      let store = FileSnapshotStore(folder)
      #expect(try store.put([1], for: key("a", 1)))
      // A folder has the name under which the next record is written.
      let place = folder + "/a/v00000000000000000002-s00000003-r0123456789abcdef.snp"
      try FileSystem.makeDirectory(place + ".tmp")
      do {
        _ = try store.put([2], for: key("a", 2))
        Issue.record("a folder was written over")
      } catch SnapshotStoreFailure.file(let error) {
        #expect(error.path == place + ".tmp")
      }
      #expect(try store.keys(of: name("a")) == [key("a", 1)])
      #expect(try store.load(key("a", 1)) == [1])

      try FileSystem.removeDirectory(place + ".tmp")
      #expect(try store.put([2], for: key("a", 2)))
    }
  }

  @Test func `a path through a file is a typed failure of every call`() throws {
    try inFolder { folder in
      _ = try File(folder + "/file", .create)
      let store = FileSnapshotStore(folder + "/file")
      for call in [
        { _ = try store.keys(of: name("a")) }, { _ = try store.load(key("a", 1)) },
        { _ = try store.put([1], for: key("a", 1)) },
      ] {
        do {
          try call()
          Issue.record("a file was taken for a folder")
        } catch SnapshotStoreFailure.file(let error) {
          #expect([.notDirectory, .exists].contains(error.reason))
        }
      }
    }
  }

  @Test func `while another process writes, a writer is refused and a reader is not`() throws {
    try inFolder { folder in
      let store = FileSnapshotStore(folder)
      #expect(try store.put([1], for: key("a", 1)))
      let lock = try DirectoryLock(folder + "/a")
      let busy = SnapshotStoreFailure.busy(stream: try name("a"))
      #expect(throws: busy) { try store.put([2], for: key("a", 2)) }
      #expect(throws: busy) { try store.remove(key("a", 1)) }
      #expect(try store.load(key("a", 1)) == [1])
      #expect(try store.keys(of: name("a")) == [key("a", 1)])
      _ = consume lock
      #expect(try store.put([2], for: key("a", 2)))
    }
  }

  // MARK: As part of the whole

  @Test func `damage to files is passed over, whatever it is`() throws {
    try inFolder { folder in
      for seed in UInt64(0)..<8 {
        var random = SplitMix64(seed: seed)
        let (store, log, stream) = (
          FileSnapshotStore(folder + "/\(seed)"), MemoryEventLog(), try name("s")
        )
        var snapshotter = Snapshotter<ShelfOne, _, _>(
          store: store, log: log,
          configuration: every(5, ChainRule(deltasMax: 3, deltaPercentMax: 200)))
        let events = randomEvents(40, &random)
        var aggregate = try snapshotter.rehydrate(stream).aggregate
        for event in events { try snapshotter.append([event], to: &aggregate, now: at(1)) }
        let inner = folder + "/\(seed)/s"
        for name in try FileSystem.names(in: inner) where random.below(2) == 0 {
          let file = try File(inner + "/" + name, .update)
          let size = try file.size()
          if random.below(2) == 0 {
            try file.truncate(to: Int(random.below(UInt64(size))))
          } else {
            let place = Int(random.below(UInt64(size)))
            let byte = try file.bytes(at: place, count: 1)[0]
            try file.write([byte ^ UInt8(1 + random.below(255))], at: place)
          }
        }
        #expect(try snapshotter.rehydrate(stream).state == sum(events), "seed \(seed)")
      }
    }
  }
}

private func key(_ stream: String, _ version: UInt64) throws -> SnapshotKey {
  SnapshotKey(
    stream: try name(stream), version: version, schemaVersion: 3,
    reducerFingerprint: 0x0123_4567_89AB_CDEF)
}

import OmniEncoding
import OmniPlatform
import OmniStorage
import OmniTime
import Testing

@Suite("DirectoryJournalStore")
struct DirectoryJournalStoreTests {
  @Test func `a journal in a folder is written, read, continued and sealed`() throws {
    try inFolder { folder in
      for durability in [JournalConfiguration.Durability.process, .power] {
        let path = folder + "/\(durability)"
        var writer = try JournalWriter.create(DirectoryJournalStore(path), settings(durability))
        try writer.appendRecords(30, words: 1000)
        try writer.commit()
        try writer.close()
        let (sealed, end) = try readAll(DirectoryJournalStore(path))
        #expect(sealed.count == 30 && end == .sealed)

        do {
          var writer = try JournalWriter.resume(DirectoryJournalStore(path), settings(durability))
          try writer.appendRecords(10, words: 1000)
        }
        let (records, open) = try readAll(DirectoryJournalStore(path))
        #expect(records == (0..<40).map { record($0, words: 1000) })
        #expect(open == .unsealed)
        #expect(try FileSystem.names(in: path).first == "segment-00000000.omj")
        let size = try FileSystem.size(of: path + "/segment-00000000.omj")
        #expect(size == 64 + 8 * 8032)
      }
    }
  }

  @Test func `a recycling journal keeps its files`() throws {
    try inFolder { folder in
      let configuration = try settings(.process, .recycle(segments: 2))
      var writer = try JournalWriter.create(DirectoryJournalStore(folder), configuration)
      try writer.appendRecords(100, words: 1000)
      #expect(
        try FileSystem.names(in: folder) == ["segment-00000011.omj", "segment-00000012.omj"])
      try writer.close()
      let (records, end) = try readAll(DirectoryJournalStore(folder))
      #expect(records == (88..<100).map { record($0, words: 1000) })
      #expect(end == .sealed)
      var resumed = try JournalWriter.resume(DirectoryJournalStore(folder), configuration)
      try resumed.appendRecords(20, words: 1000)
      try resumed.close()
      #expect(try readAll(DirectoryJournalStore(folder)).end == .sealed)
      #expect(try FileSystem.names(in: folder).count == 2)
    }
  }

  @Test func `two writers in one folder are one too many`() throws {
    try inFolder { folder in
      let writer = try JournalWriter.create(DirectoryJournalStore(folder), settings())
      do {
        _ = try JournalWriter.resume(DirectoryJournalStore(folder), settings()).nextSequence
        Issue.record("the second writer was let in")
      } catch JournalFailure.file(let error) {
        #expect(error.reason == .locked)
      }
      try writer.close()
      _ = try JournalWriter.resume(DirectoryJournalStore(folder), settings()).nextSequence
    }
  }

  @Test func `files of a strange name are refused, of other names left alone`() throws {
    try inFolder { folder in
      try JournalWriter.create(DirectoryJournalStore(folder), settings()).close()
      try FileSystem.replaceFile(folder + "/notes.txt", with: [1])
      try FileSystem.replaceFile(folder + "/segment-00000001.omj.new", with: [1])
      #expect(try readAll(DirectoryJournalStore(folder)).end == .sealed)
      _ = try JournalWriter.resume(DirectoryJournalStore(folder), settings()).nextSequence
      #expect(try FileSystem.names(in: folder) == ["notes.txt", "segment-00000000.omj"])

      for name in ["segment-1.omj", "segment-00000001.omj.bak", "segment-0000000x.omj"] {
        try FileSystem.replaceFile(folder + "/" + name, with: [1])
        #expect(throws: JournalFailure.strayFile(name: name)) {
          _ = try readAll(DirectoryJournalStore(folder))
        }
        try FileSystem.remove(folder + "/" + name)
      }
    }
  }

  @Test func `a folder and a simulated disk hold the same bytes`() throws {
    try inFolder { folder in
      let disk = MemoryJournalDisk()
      var one = try JournalWriter.create(DirectoryJournalStore(folder), settings())
      var other = try JournalWriter.create(MemoryJournalStore(disk), settings())
      try one.appendRecords(300, words: 77)
      try other.appendRecords(300, words: 77)
      try one.close()
      try other.close()
      for segment in disk.segments {
        let path = folder + "/segment-0000000\(segment).omj"
        let file = try File(path, .read)
        #expect(try file.bytes(at: 0, count: try file.size()) == disk.content(of: segment))
      }
    }
  }
}

private func inFolder(_ body: (String) throws -> Void) throws {
  let folder = try FileSystem.makeTemporaryDirectory("omni-journal")
  defer { try? FileSystem.removeDirectory(folder) }
  try body(folder)
}

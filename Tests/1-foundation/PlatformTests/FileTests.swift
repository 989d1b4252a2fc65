import Glibc
import OmniPlatform
import OmniTime
import Testing

@Suite("File")
struct FileTests {
  @Test func `bytes are written, read, measured and cut`() throws {
    try inFolder { folder in
      let path = folder + "/a"
      let file = try File(path, .create)
      try file.write([1, 2, 3, 4, 5], at: 0)
      try file.write([9], at: 3)
      #expect(try file.bytes(at: 1, count: 10) == [2, 3, 9, 5])
      try file.truncate(to: 2)
      #expect(try file.size() == 2)
      try file.preallocate(100)
      #expect(try file.size() == 100)
      try file.synchronize()
      try file.close()
      #expect(try FileSystem.size(of: path) == 100)
    }
  }

  @Test func `what cannot be opened says why`() throws {
    try inFolder { folder in
      #expect(reason { _ = try File(folder + "/none", .read).path } == .missing)
      #expect(reason { _ = try File(folder, .read).path } == .isDirectory)
      _ = try File(folder + "/file", .create).path
      #expect(reason { _ = try File(folder + "/file", .create).path } == .exists)
      #expect(reason { _ = try File(folder + "/file/inner", .read).path } == .notDirectory)
      #expect(reason { _ = try FileSystem.names(in: folder + "/none") } == .missing)
      #expect(reason { try FileSystem.remove(folder + "/none") } == .missing)
    }
  }

  @Test func `an error is one line with a code, the wish and the path`() throws {
    do {
      _ = try File("/nowhere/at/all", .read).path
    } catch {
      #expect(
        "\(error)" == "PLT-001: could not open /nowhere/at/all: there is no such file or folder")
    }
    #expect(reason { _ = try File("/proc/1/mem", .update).path } != nil)
  }

  @Test func `a region is the file, and a second one sees it`() throws {
    try inFolder { folder in
      let file = try File(folder + "/a", .create)
      try file.truncate(to: 4096)
      let region = try MappedRegion(writing: file, count: 4096)
      unsafe publish(0x1122_3344_5566_7788, at: region.base + 8)
      try region.synchronize(upTo: 16)
      #expect(try file.bytes(at: 8, count: 2) == [0x88, 0x77])
      let second = try MappedRegion(reading: File(folder + "/a", .read), count: 4096)
      #expect(unsafe second.bytes.load(fromByteOffset: 8, as: UInt64.self) == 0x1122_3344_5566_7788)
    }
  }

  @Test func `folders are made, listed in order, and removed with all that is in them`() throws {
    try inFolder { folder in
      let deep = folder + "/x/y/z"
      try FileSystem.makeDirectory(deep)
      try FileSystem.makeDirectory(deep)
      for name in ["b", "a", "B", "ä", "c10", "c9"] {
        try FileSystem.replaceFile(deep + "/" + name, with: [1])
      }
      #expect(try FileSystem.names(in: deep) == ["B", "a", "b", "c10", "c9", "ä"])
      #expect(reason { try FileSystem.makeDirectory(deep + "/a") } == .exists)
      try FileSystem.rename(deep + "/a", to: deep + "/b")
      #expect(FileSystem.exists(deep + "/a") == false)
      try FileSystem.removeDirectory(folder + "/x")
      #expect(try FileSystem.names(in: folder) == [])
      #expect(FileSystem.folder(of: "/a/b/") == "/a")
      #expect(FileSystem.folder(of: "/a") == "/")
      #expect(FileSystem.folder(of: "a") == ".")
    }
  }

  @Test func `a file is replaced as a whole, and nothing is left beside it`() throws {
    try inFolder { folder in
      try FileSystem.replaceFile(folder + "/a", with: Array(repeating: 7, count: 10_000))
      try FileSystem.replaceFile(folder + "/a", with: [1, 2])
      #expect(try FileSystem.names(in: folder) == ["a"])
      let file = try File(folder + "/a", .read)
      #expect(try file.bytes(at: 0, count: 10) == [1, 2])
      #expect(reason { try FileSystem.replaceFile(folder + "/no/a", with: []) } == .missing)
    }
  }

  @Test func `a lock is held by one at a time`() throws {
    try inFolder { folder in
      do {
        let lock = try DirectoryLock(folder)
        #expect(reason { _ = try DirectoryLock(folder) } == .locked)
        _ = consume lock
      }
      _ = try DirectoryLock(folder)
    }
  }

  @Test func `facts of the machine are plausible`() throws {
    #expect(Machine.peakResidentBytes > 1 << 20)
    #expect(Machine.pageBytes >= 4096)
    #expect(Machine.coreCount >= 1)
    #expect(Machine.memoryBytes > Machine.pageBytes)
    #expect(Machine.processID > 0)
    #expect(Machine.systemName.hasPrefix("Linux"))
    #expect(try FileSystem.freeBytes(at: "/tmp") > 0)
    let before = (Machine.monotonicNanoseconds, Machine.threadCPUNanoseconds)
    for value in UInt64(0)..<100 { keep(value) }
    #expect(Machine.monotonicNanoseconds >= before.0)
    #expect(Machine.threadCPUNanoseconds >= before.1)
    // After the year 2020 and before 2262, or the machine's clock is not set.
    #expect(SystemClock().now().nanoseconds > 1_577_836_800_000_000_000)
  }

  @Test func `a pipe without a reader is an error, not the end`() async {
    await #expect(processExitsWith: .success) {
      StandardStream.ignoreBrokenPipes()
      var ends: [Int32] = [0, 0]
      guard unsafe pipe(&ends) == 0, dup2(ends[1], 1) == 1 else { exit(2) }
      close(ends[0])
      do throws(FileError) {
        try StandardStream.output.write("nobody reads this")
        exit(3)
      } catch {
        exit(error.reason == .brokenPipe ? 0 : 4)
      }
    }
  }
}

// MARK: - Words for the tests

func inFolder(_ body: (String) throws -> Void) throws {
  let folder = try FileSystem.makeTemporaryDirectory("omni-platform")
  defer { try? FileSystem.removeDirectory(folder) }
  try body(folder)
}

func reason(_ body: () throws -> Void) -> FileError.Reason? {
  do {
    try body()
    return nil
  } catch {
    return (error as? FileError)?.reason
  }
}

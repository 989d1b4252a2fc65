import OmniPlatform
import Testing

@Suite("FileReader")
struct FileReaderTests {
  @Test func `a plain file comes as it is, in chunks`() throws {
    try inFolder { folder in
      for count in [0, 1, 2, 6, 7, 8, 100] {
        let bytes = (0..<count).map { UInt8($0) }
        try FileSystem.replaceFile(folder + "/a", with: bytes)
        var reader = try FileReader(folder + "/a", chunkBytes: 7)
        #expect(try readAll(&reader) == bytes)
        #expect(reader.totalBytes == count)
        #expect(reader.isCompressed == false)
      }
    }
  }

  @Test func `a compressed file comes out plain, whatever the size of a chunk`() throws {
    try inFolder { folder in
      for bytes in [gzip, gzip + gzip, gzip + [0, 0, 0]] {
        try FileSystem.replaceFile(folder + "/a", with: bytes)
        let members = bytes.count >= 2 * gzip.count ? 2 : 1
        for chunkBytes in [2, 3, 7, 64, 4096] {
          var reader = try FileReader(folder + "/a", chunkBytes: chunkBytes)
          #expect(
            try readAll(&reader) == Array(String(repeating: plain, count: members).utf8),
            "chunks of \(chunkBytes)")
          #expect(reader.isCompressed == true)
        }
      }
    }
  }

  /// `zstd -19` of the line below and its feed, by the command of Debian 12.
  private static let zstd: [UInt8] = [
    0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x68, 0x09, 0x01, 0x00, 0x61, 0x6E, 0x20, 0x61, 0x63,
    0x63, 0x6F, 0x75, 0x6E, 0x74, 0x2C, 0x20, 0x61, 0x20, 0x64, 0x65, 0x62, 0x69, 0x74,
    0x20, 0x61, 0x6E, 0x64, 0x20, 0x61, 0x20, 0x63, 0x72, 0x65, 0x64, 0x69, 0x74, 0x0A,
    0xFD, 0x4D, 0x16, 0xC6,
  ]

  @Test func `a few bytes of zstd that unpack to much more than a chunk come out whole`() throws {
    // A frame of three blocks that each repeat a letter 131,072 times (RFC 8878, 3.1.1).
    let block: [UInt8] = [0x02, 0x00, 0x10]
    let last: [UInt8] = [0x03, 0x00, 0x10]
    let packed: [UInt8] =
      [0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0x00, 0x00, 0x06, 0x00] + block + [0x61] + block + [0x62]
      + last + [0x63]
    try inFolder { folder in
      try FileSystem.replaceFile(folder + "/a", with: packed)
      for chunkBytes in [1_000, 65_536, 1 << 20] {
        var reader = try FileReader(folder + "/a", chunkBytes: chunkBytes)
        let plain = try reader.readAll(limit: 1 << 20)
        let isRight = plain == [0x61, 0x62, 0x63].flatMap { Array(repeating: $0, count: 131_072) }
        #expect(isRight, "chunks of \(chunkBytes)")
      }
    }
  }

  @Test func `a file packed with zstd comes out plain, and cut or damaged it is an error`() throws {
    let wanted = Array("an account, a debit and a credit\n".utf8)
    try inFolder { folder in
      for (bytes, copies) in [(Self.zstd, 1), (Self.zstd + Self.zstd, 2)] {
        try FileSystem.replaceFile(folder + "/a", with: bytes)
        for chunkBytes in [4, 5, 7, 64, 4_096] {
          var reader = try FileReader(folder + "/a", chunkBytes: chunkBytes)
          let all = Array(Array(repeating: wanted, count: copies).joined())
          #expect(try readAll(&reader) == all, "chunks of \(chunkBytes)")
          #expect(reader.isCompressed == true)
        }
      }
      for length in 4..<Self.zstd.count {
        try FileSystem.replaceFile(folder + "/a", with: Array(Self.zstd.prefix(length)))
        let found = reason {
          var reader = try FileReader(folder + "/a")
          _ = try readAll(&reader)
        }
        #expect(found == .truncatedGzip, "cut to \(length)")
      }
      var damaged = Self.zstd
      damaged[damaged.count - 1] ^= 1
      try FileSystem.replaceFile(folder + "/a", with: damaged)
      let found = reason {
        var reader = try FileReader(folder + "/a")
        _ = try readAll(&reader)
      }
      #expect(found == .damagedGzip)
    }
  }

  @Test func `a compressed file that is cut anywhere is an error`() throws {
    try inFolder { folder in
      for length in 2..<gzip.count {
        try FileSystem.replaceFile(folder + "/a", with: Array(gzip.prefix(length)))
        #expect(
          reason {
            var reader = try FileReader(folder + "/a")
            _ = try readAll(&reader)
          } == .truncatedGzip, "cut to \(length)")
      }
    }
  }

  @Test func `damage to compressed content is an error`() throws {
    try inFolder { folder in
      // The header's flags and time, bytes 3 to 9, may change without changing the content.
      for index in 10..<gzip.count {
        var bytes = gzip
        bytes[index] ^= 0x10
        try FileSystem.replaceFile(folder + "/a", with: bytes)
        let found = reason {
          var reader = try FileReader(folder + "/a")
          _ = try readAll(&reader)
        }
        #expect(found == .damagedGzip || found == .truncatedGzip, "byte \(index)")
      }
      try FileSystem.replaceFile(folder + "/a", with: gzip + [1, 2, 3])
      #expect(
        reason {
          var reader = try FileReader(folder + "/a")
          _ = try readAll(&reader)
        } == .damagedGzip)
    }
  }

  @Test func `what cannot be read says why`() throws {
    try inFolder { folder in
      #expect(reason { _ = try FileReader(folder).path } == .isDirectory)
      #expect(reason { _ = try FileReader(folder + "/none").path } == .missing)
      try FileSystem.replaceFile(folder + "/a", with: [1, 2, 3])
      var reader = try FileReader(folder + "/a")
      #expect(reason { _ = try reader.readAll(limit: 2) } == .failed)
      var second = try FileReader(folder + "/a")
      #expect(try second.readAll(limit: 3) == [1, 2, 3])
    }
  }
}

private func readAll(_ reader: inout FileReader) throws -> [UInt8] {
  var all: [UInt8] = []
  var chunk: [UInt8] = []
  while try reader.next(&chunk) { all += chunk }
  #expect(chunk.isEmpty)
  return all
}

private let plain = "open,high,low,close\n1.10,1.20,1.05,1.15\n1.15,1.30,1.10,1.25\n"

/// ``plain``, compressed by Python's gzip module.
private let gzip: [UInt8] = [
  0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x2F, 0x48, 0xCD, 0xD3,
  0xC9, 0xC8, 0x4C, 0xCF, 0xD0, 0xC9, 0xC9, 0x2F, 0xD7, 0x49, 0xCE, 0xC9, 0x2F, 0x4E, 0xE5,
  0x32, 0xD4, 0x33, 0x34, 0xD0, 0x31, 0xD4, 0x33, 0x02, 0x11, 0x06, 0xA6, 0x40, 0xC2, 0xD0,
  0x14, 0x24, 0x06, 0x62, 0x19, 0x83, 0xC4, 0x20, 0xB2, 0xA6, 0x5C, 0x00, 0x7D, 0x2C, 0x83,
  0xAA, 0x3C, 0x00, 0x00, 0x00,
]

import OmniEncoding
import OmniTime
import Testing

@Suite("Frame")
struct FrameTests {
  @Test func `a frame's bytes are the documented ones`() {
    let bytes = frame([0x0807_0605_0403_0201], salt: 0)
    #expect(Array(bytes[0..<8]) == [40, 0, 0, 0, 215, 255, 255, 255])
    #expect(Array(bytes[12..<16]) == [0x34, 0x12, 0x02, 0])
    #expect(Array(bytes[16..<24]) == [5, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[24..<32]) == [254, 255, 255, 255, 255, 255, 255, 255])
    #expect(Array(bytes[32..<40]) == [1, 2, 3, 4, 5, 6, 7, 8])
    let seed: UInt32 = 40 ^ 0x0002_1234
    let checksum = CRC32C.checksumByTable(Array(bytes[16...]), continuing: seed)
    #expect(Array(bytes[8..<12]) == (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) })
  }

  @Test func `any changed bit behind the length changes what the checksum should be`() {
    let bytes = frame([1, 2, 3], salt: 77)
    #expect(isIntact(bytes, salt: 77))
    #expect(!isIntact(bytes, salt: 78))
    for index in 8..<bytes.count {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << bit
        #expect(!isIntact(changed, salt: 77), "byte \(index), bit \(bit)")
      }
    }
  }

  @Test func `a length counts only with its counterpart, and if it can be one`() {
    for length in stride(from: 32, through: 4096, by: 8) {
      let word = Frame.lengthWord(length)
      #expect(Frame.length(ofWord: word) == length)
      for bit in 0..<64 { #expect(Frame.length(ofWord: word ^ 1 << UInt64(bit)) == nil) }
    }
    for length in [0, 8, 24, 33, 36] {
      #expect(Frame.length(ofWord: Frame.lengthWord(length)) == nil)
    }
    #expect(Frame.length(ofWord: 0) == nil)
  }

  @Test func `a sink that is given more words than it has room for stops the program`() async {
    await #expect(processExitsWith: .failure) {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 8)
      var sink = unsafe FrameSink(at: memory, wordCount: 2)
      for word in UInt64(0)..<3 { sink.put(word) }
    }
  }

  @Test func `a comparison finds the first word that differs`() {
    let cases: [([UInt64], isEqual: Bool, first: Int?)] = [
      ([1, 2, 3], true, nil), ([1, 2], false, nil), ([1, 9, 8], false, 1),
      ([1, 2, 3, 4], false, 3),
    ]
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 24, alignment: 8)
    defer { unsafe memory.deallocate() }
    var sink = unsafe FrameSink(at: memory, wordCount: 3)
    for word in UInt64(1)...3 { sink.put(word) }
    #expect(sink.isFull == true)
    for (words, isEqual, first) in cases {
      var comparison = unsafe FrameComparison(with: memory, wordCount: 3)
      for word in words { comparison.put(word) }
      #expect(comparison.isEqual == isEqual, "\(words)")
      #expect(comparison.firstDifference == first, "\(words)")
    }
  }
}

/// The bytes of a frame with `words`.
private func frame(_ words: [UInt64], salt: UInt32) -> [UInt8] {
  let length = 32 + 8 * words.count
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 8)
  defer { unsafe memory.deallocate() }
  guard let base = memory.baseAddress else { return [] }
  var sink = unsafe FrameSink(at: base + 32, wordCount: words.count)
  for word in words { sink.put(word) }
  _ = unsafe Frame.finish(
    at: base, length: length, salt: salt,
    header: FrameHeader(
      kind: 0x1234, version: 2, sequence: SequenceNumber(5), time: Timestamp(nanoseconds: -2)))
  unsafe base.storeBytes(of: Frame.lengthWord(length).littleEndian, as: UInt64.self)
  return unsafe Array(memory)
}

private func isIntact(_ bytes: [UInt8], salt: UInt32) -> Bool {
  unsafe bytes.withUnsafeBytes { buffer in
    guard let base = buffer.baseAddress else { return false }
    return unsafe Frame.header(at: base).checksum
      == Frame.checksum(at: base, length: buffer.count, salt: salt)
  }
}

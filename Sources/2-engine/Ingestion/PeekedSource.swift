import OmniEncoding

/// A source of which the first bytes can be looked at before they are read.
struct PeekedSource<Source: ByteSource & ~Copyable>: ByteSource, ~Copyable {
  private var source: Source
  private var chunk: [UInt8] = []
  private var index = 0

  private static var chunkBytes: Int { 65_536 }

  init(_ source: consuming Source) { self.source = source }

  /// The first byte that is no blank and no mark of byte order, or nil when there is none near.
  mutating func firstByte() throws(IngestFailure) -> UInt8? {
    chunk = Array(repeating: 0, count: Self.chunkBytes)
    var end = 0
    while end < chunk.count {
      do throws(ByteSourceFailure) {
        let count = try source.read(into: &chunk, from: end)
        if count == 0 { break }
        end += count
      } catch {
        throw .source(error.description)
      }
      // A mark of byte order may come in pieces.
      if end < 3 && chunk[0] == 0xEF { continue }
      let content = chunk[..<end].starts(with: [0xEF, 0xBB, 0xBF]) ? chunk[3..<end] : chunk[..<end]
      if let byte = content.first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }) {
        chunk.removeLast(chunk.count - end)
        return byte
      }
    }
    chunk.removeLast(chunk.count - end)
    return chunk.first
  }

  mutating func read(
    into buffer: inout [UInt8], from start: Int
  ) throws(ByteSourceFailure) -> Int {
    guard index < chunk.count else { return try source.read(into: &buffer, from: start) }
    let count = min(chunk.count - index, buffer.count - start)
    buffer.replaceSubrange(start..<start + count, with: chunk[index..<index + count])
    index += count
    return count
  }

  mutating func lend(padding: Int) -> (bytes: [UInt8], count: Int)? {
    chunk.isEmpty ? source.lend(padding: padding) : nil
  }
}

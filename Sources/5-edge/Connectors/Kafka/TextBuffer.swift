/// Room for the words that librdkafka writes beside an error.
struct TextBuffer {
  private static let sizeBytes = 512
  /// What was written.
  private(set) var text = ""

  /// Calls `body` with the room and its size in bytes, and keeps what it wrote.
  mutating func fill<Result>(_ body: (UnsafeMutablePointer<CChar>?, Int) -> Result) -> Result {
    var bytes = [CChar](repeating: 0, count: Self.sizeBytes)
    let result = unsafe bytes.withUnsafeMutableBufferPointer {
      unsafe body($0.baseAddress, $0.count)
    }
    text = String(
      decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return result
  }
}

import COpenSSL

extension SHA256 {
  /// The digest of `count` words, each with its least significant byte first.
  ///
  /// For short messages: the state lies on the stack, and nothing is looked up.
  ///
  /// - Returns: the 32 bytes as four words, each with its least significant byte first.
  /// - Complexity: O(count), with no allocation for up to 128 words.
  @inlinable
  public static func digest(ofWords count: Int, _ word: (Int) -> UInt64) -> SIMD4<UInt64> {
    unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(1, count)) { words in
      for index in 0..<count { unsafe words[index] = word(index).littleEndian }
      return unsafe digest(
        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(words)[..<(8 * count)]))
    }
  }

  @usableFromInline
  static func digest(_ bytes: UnsafeRawBufferPointer) -> SIMD4<UInt64> {
    var state = SHA256_CTX()
    var result = SIMD4<UInt64>()
    let isDone = unsafe withUnsafeMutableBytes(of: &result) { output in
      unsafe SHA256_Init(&state) == 1
        && SHA256_Update(&state, bytes.baseAddress, bytes.count) == 1
        && SHA256_Final(output.baseAddress?.assumingMemoryBound(to: UInt8.self), &state) == 1
    }
    precondition(isDone, "a digest that takes bytes")
    return result
  }
}

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
    if bytes.count <= 55 { return unsafe shortDigest(bytes) }
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

  /// The digest of at most 55 bytes, which with their padding are one block.
  private static func shortDigest(_ bytes: UnsafeRawBufferPointer) -> SIMD4<UInt64> {
    var state = SHA256_CTX()
    state.h = initialState
    return unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { block in
      unsafe block.initializeMemory(as: UInt8.self, repeating: 0)
      unsafe block.copyMemory(from: bytes)
      unsafe block[bytes.count] = 0x80
      // The count of bits is at most 440: two bytes, the most significant first.
      unsafe block[62] = UInt8(truncatingIfNeeded: bytes.count >> 5)
      unsafe block[63] = UInt8(truncatingIfNeeded: bytes.count << 3)
      if let base = block.baseAddress {
        unsafe SHA256_Transform(&state, base.assumingMemoryBound(to: UInt8.self))
      }
      return words(of: state.h)
    }
  }

  /// The digest of a byte one and two digests: 65 bytes, which with their padding are two blocks.
  static func nodeDigest(_ left: SIMD4<UInt64>, _ right: SIMD4<UInt64>) -> MerkleHash {
    var state = SHA256_CTX()
    state.h = initialState
    return unsafe withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { blocks in
      unsafe blocks.initializeMemory(as: UInt8.self, repeating: 0)
      unsafe blocks[0] = 1
      for index in 0..<4 {
        unsafe blocks.storeBytes(
          of: left[index].littleEndian, toByteOffset: 1 + 8 * index, as: UInt64.self)
        unsafe blocks.storeBytes(
          of: right[index].littleEndian, toByteOffset: 33 + 8 * index, as: UInt64.self)
      }
      unsafe blocks[65] = 0x80
      // 520 bits.
      unsafe blocks[126] = 2
      unsafe blocks[127] = 8
      if let base = blocks.baseAddress {
        unsafe SHA256_Transform(&state, base.assumingMemoryBound(to: UInt8.self))
        unsafe SHA256_Transform(&state, (base + 64).assumingMemoryBound(to: UInt8.self))
      }
      return MerkleHash(words: words(of: state.h))
    }
  }

  /// The state as bytes, most significant first, in words with the least significant byte first.
  private static func words(
    of half: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)
  ) -> SIMD4<UInt64> {
    func word(_ first: UInt32, _ second: UInt32) -> UInt64 {
      UInt64(first.byteSwapped) | UInt64(second.byteSwapped) << 32
    }
    return SIMD4(
      word(half.0, half.1), word(half.2, half.3), word(half.4, half.5), word(half.6, half.7))
  }

  /// FIPS 180-4, 5.3.3.
  private static var initialState: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)
  {
    (
      0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB,
      0x5BE0_CD19
    )
  }
}

import COpenSSL

/// A node of a Merkle tree over SHA-256, as RFC 9162, section 2.1, defines it.
///
/// In memory it is the 32 bytes as they are written, so a row of hashes is a row of bytes.
@frozen
public struct MerkleHash: Sendable, BitwiseCopyable {
  /// The bytes as four words, each with its least significant byte first.
  public var words: SIMD4<UInt64>

  /// Takes bytes that ``words`` gave before.
  @inlinable
  public init(words: SIMD4<UInt64>) { self.words = words }

  /// Creates a hash of 32 bytes, or nil if there are more or fewer.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var words = SIMD4<UInt64>()
    for (index, byte) in bytes.enumerated() {
      words[index / 8] |= UInt64(byte) << (8 * UInt64(index % 8))
    }
    self.words = words
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    (0..<32).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> (8 * UInt64($0 % 8))) }
  }

  /// The hash of a tree without leaves: that of no bytes.
  public static var empty: MerkleHash {
    var digest = SHA256()
    return MerkleHash(digest.finish())
  }

  /// The hash of the leaf that holds `entry`: of a zero byte and the entry.
  ///
  /// - Complexity: O(entry), with no allocation.
  public static func leaf(_ entry: UnsafeRawBufferPointer) -> MerkleHash {
    unsafe digest(0, entry)
  }

  /// The hash of the leaf that holds `entry`.
  public static func leaf(_ entry: [UInt8]) -> MerkleHash {
    unsafe entry.withUnsafeBytes { unsafe leaf($0) }
  }

  /// The hash of the leaf that holds `kind` and the words behind it, least significant bytes first.
  ///
  /// - Complexity: O(words), with no allocation for up to some hundred words.
  @inlinable
  public static func leaf(kind: UInt8, words count: Int, _ word: (Int) -> UInt64) -> MerkleHash {
    unsafe withUnsafeTemporaryAllocation(byteCount: 8 * count + 8, alignment: 8) { room in
      for index in 0..<count {
        unsafe room.storeBytes(
          of: word(index).littleEndian, toByteOffset: 8 * index + 8, as: UInt64.self)
      }
      unsafe room[7] = kind
      return unsafe leaf(UnsafeRawBufferPointer(rebasing: room[7...]))
    }
  }

  /// The hash of the node above `left` and `right`: of a byte one and both.
  ///
  /// - Complexity: two blocks of SHA-256, with no allocation.
  public static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
    SHA256.nodeDigest(left.words, right.words)
  }

  /// The hash of the node of a byte one and words, least significant bytes first, for trees whose
  /// nodes carry more than hashes.
  ///
  /// - Complexity: O(words), with no allocation for up to some hundred words.
  @inlinable
  public static func node(words count: Int, _ word: (Int) -> UInt64) -> MerkleHash {
    unsafe withUnsafeTemporaryAllocation(byteCount: 8 * count, alignment: 8) { room in
      for index in 0..<count {
        unsafe room.storeBytes(
          of: word(index).littleEndian, toByteOffset: 8 * index, as: UInt64.self)
      }
      return unsafe digest(1, UnsafeRawBufferPointer(room))
    }
  }

  private init(_ digest: Digest256) {
    let words = digest.words
    self.words = SIMD4(
      words.0.byteSwapped, words.1.byteSwapped, words.2.byteSwapped, words.3.byteSwapped)
  }

  @usableFromInline
  static func digest(_ prefix: UInt8, _ bytes: UnsafeRawBufferPointer) -> MerkleHash {
    var state = SHA256_CTX()
    var prefix = prefix
    var result = SIMD4<UInt64>()
    let isDone = unsafe withUnsafeMutableBytes(of: &result) { output in
      unsafe SHA256_Init(&state) == 1 && SHA256_Update(&state, &prefix, 1) == 1
        && (bytes.isEmpty || SHA256_Update(&state, bytes.baseAddress, bytes.count) == 1)
        && SHA256_Final(output.baseAddress?.assumingMemoryBound(to: UInt8.self), &state) == 1
    }
    precondition(isDone, "a digest that takes bytes")
    return MerkleHash(words: result)
  }
}

extension MerkleHash {
  /// The bytes of a row of hashes.
  public static func bytes(of hashes: [MerkleHash]) -> [UInt8] {
    unsafe hashes.withUnsafeBytes { unsafe Array($0) }
  }

  /// The hashes of a row of bytes, or nil when they do not make up whole ones.
  public static func hashes(of bytes: [UInt8]) -> [MerkleHash]? {
    guard bytes.count.isMultiple(of: 32) else { return nil }
    return unsafe bytes.withUnsafeBytes { buffer in
      (0..<bytes.count / 32).map { index in
        unsafe buffer.loadUnaligned(fromByteOffset: 32 * index, as: MerkleHash.self)
      }
    }
  }
}

extension MerkleHash: Hashable {
  /// Whether both have the same bytes; takes the same time wherever they differ.
  public static func == (lhs: Self, rhs: Self) -> Bool {
    let difference = lhs.words ^ rhs.words
    return difference[0] | difference[1] | difference[2] | difference[3] == 0
  }

  /// Feeds the bytes to `hasher`.
  public func hash(into hasher: inout Hasher) { hasher.combine(words[0]) }
}

extension MerkleHash: CustomStringConvertible {
  /// The bytes in base 64, as notes and proofs write them.
  public var base64: String { Base64.encode(bytes) }

  /// The bytes as 64 hexadecimal digits.
  public var description: String { Digest256(bytes).map { "\($0)" } ?? "" }

  /// Creates a hash from its base 64, or nil if it is none.
  public init?(base64 text: some Collection<UInt8>) {
    guard let bytes = Base64.decode(text) else { return nil }
    self.init(bytes)
  }
}

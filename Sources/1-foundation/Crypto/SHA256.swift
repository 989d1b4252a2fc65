import COpenSSL

/// The digest SHA-256 of FIPS 180-4, fed piece by piece.
///
///     var digest = SHA256()
///     digest.update(header)
///     digest.update(body)
///     digest.finish()              // the same as for both in one piece
///
/// The work is done by OpenSSL's libcrypto; its description of the algorithm is fetched once for
/// the whole process, as to look it up costs more than a short message does.
///
/// - Complexity: O(bytes); allocates when it is created, and no more.
@safe public struct SHA256: ~Copyable {
  private let context: OpaquePointer

  /// Creates a digest of nothing so far.
  public init() {
    guard let context = unsafe EVP_MD_CTX_new(),
      unsafe EVP_DigestInit_ex2(context, Self.algorithm.description, nil) == 1
    else { preconditionFailure("memory for a digest") }
    unsafe self.context = context
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  /// Takes the next bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return }
    let isTaken = unsafe EVP_DigestUpdate(context, base, bytes.count) == 1
    precondition(isTaken, "a digest that takes bytes")
  }

  /// Takes the next bytes.
  public mutating func update(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe update($0) }
  }

  /// The digest of all bytes; begins a new one of nothing.
  public mutating func finish() -> Digest256 {
    var bytes = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    let isDone =
      unsafe EVP_DigestFinal_ex(context, &bytes, &count) == 1
      && EVP_DigestInit_ex2(context, Self.algorithm.description, nil) == 1
    guard isDone, let digest = Digest256(bytes) else {
      preconditionFailure("a digest of 32 bytes")
    }
    return digest
  }

  /// The digest of `bytes`.
  public static func digest(of bytes: [UInt8]) -> Digest256 {
    var digest = SHA256()
    digest.update(bytes)
    return digest.finish()
  }

  /// libcrypto's description of the algorithm.
  ///
  /// It is never changed after it was fetched, and never freed, so that all threads may read it.
  @safe private struct Algorithm: @unchecked Sendable {
    let description: OpaquePointer

    init() {
      guard let fetched = unsafe EVP_MD_fetch(nil, "SHA256", nil) else {
        preconditionFailure("a libcrypto that knows SHA-256")
      }
      unsafe description = fetched
    }
  }

  private static let algorithm = Algorithm()
}

extension SHA256 {
  /// The version of the libcrypto that this process runs with.
  public static var libraryVersion: String {
    unsafe String(cString: OpenSSL_version(OPENSSL_VERSION_STRING))
  }
}

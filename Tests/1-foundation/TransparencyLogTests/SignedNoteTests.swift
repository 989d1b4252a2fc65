import OmniCrypto
import OmniNumerics
import OmniTransparencyLog
import Testing

@Suite("SignedNote")
struct SignedNoteTests {
  /// The example of the Go package golang.org/x/mod/sumdb/note.
  private static let secret =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
  private static let verifier =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  private static let text =
    "If you think cryptography is the answer to your problem,\n"
    + "then you don't know what your problem is.\n"
  private static let signature =
    "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="

  @Test func `keys and notes are those of the Go tools`() throws {
    let signer = try SignerKey(Self.secret)
    let key = try VerifierKey(Self.verifier)
    #expect(signer.verifier == key)
    #expect(signer.secretText == Self.secret)
    #expect(key.text == Self.verifier)
    let note = SignedNote(Self.text, by: [signer])
    #expect(note.encoded == Self.text + "\n" + Self.signature + "\n")
    let again = try SignedNote(Array(note.encoded.utf8))
    #expect(again == note)
    #expect(try again.signers(among: [key], ignoringUnknown: false) == [key])
    // A key in public use, with its identifier.
    let golang = try VerifierKey(
      "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    #expect(golang.name == "sum.golang.org")
  }

  @Test func `every single bit of a note and of a key counts`() throws {
    let signer = try named("log.example/a", 1)
    let witness = try named("witness.example", 2, .cosignature)
    let checkpoint = Checkpoint(
      origin: "log.example/a", size: 7, root: .leaf([1]), extensions: ["state abc"])
    var note = SignedNote(checkpoint.text, by: [signer])
    note.add([Cosignature.make(note.text, time: 1_700_000_000, by: witness)])
    let keys = [signer.verifier, witness.verifier]
    func isRight(_ bytes: [UInt8]) -> Bool {
      guard let note = try? SignedNote(bytes),
        let signers = try? note.signers(among: keys, ignoringUnknown: false)
      else { return false }
      return signers.count == 2
    }
    let bytes = Array(note.encoded.utf8)
    #expect(isRight(bytes))
    for bit in 0..<8 * bytes.count {
      var changed = bytes
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(!isRight(changed), "bit \(bit)")
    }
    let text = Array((signer.verifier.text + "\n").utf8)
    for bit in 0..<8 * text.count {
      var changed = text
      changed[bit / 8] ^= 1 << (bit % 8)
      let key = String(validating: changed, as: UTF8.self).flatMap { try? VerifierKey($0) }
      #expect(key != signer.verifier, "bit \(bit)")
    }
  }

  @Test func `what is no note is told so`() throws {
    let line = Self.signature
    for (text, what) in [
      ("", "nothing"), ("a\n", "no signature"), ("a\n\n", "an empty end"),
      ("\n\(line)\n", "no text"), ("a\n\n\(line)", "no newline at the end"),
      ("a\n\n\(line)\n\(line)\n", "one signer twice"), ("a\r\n\n\(line)\n", "a control character"),
      ("a\n\n\(line) \n", "a blank behind"),
      ("a\n\n\(line.replacingFirst("\u{2014}", "-"))\n", "a hyphen"),
      ("a\n\n\u{2014} x AAAA\n", "four bytes only"),
    ] {
      #expect(throws: NoteFailure.self, "\(what)") { try SignedNote(Array(text.utf8)) }
    }
    #expect(throws: NoteFailure.self) { try SignedNote([0xFF, 0x0A, 0x0A] + Array(line.utf8)) }
    for text in ["", "a+b", "a+00000000+AAAA", Self.verifier + "\n\n", " " + Self.verifier] {
      #expect(throws: NoteFailure.self) { try VerifierKey(text) }
    }
    for text in ["", Self.verifier, Self.secret.replacingFirst("c74f", "c74e")] {
      #expect(throws: NoteFailure.self) { try SignerKey(text) }
    }
    #expect(throws: NoteFailure.badKey("the identifier of this key is c74f20a3, not c74f20a4")) {
      try VerifierKey(Self.verifier.replacingFirst("20a3", "20a4"))
    }
  }

  @Test func `signatures by others are refused or passed over, as is asked`() throws {
    let one = try named("one", 1)
    let two = try named("two", 2)
    let note = SignedNote("text\n", by: [one, two])
    #expect(
      try note.signers(among: [one.verifier], ignoringUnknown: true) == [one.verifier])
    #expect(throws: NoteFailure.unknownSigner(name: "two")) {
      try note.signers(among: [one.verifier], ignoringUnknown: false)
    }
    // The same name with another key is another signer.
    let other = try named("one", 3)
    #expect(try note.signers(among: [other.verifier], ignoringUnknown: true).isEmpty)
    let forged = SignedNote("other\n", by: [one])
    var mixed = SignedNote("text\n", by: [])
    mixed.add(forged.signatures)
    let final = mixed
    #expect(throws: NoteFailure.wrongSignature(by: "one")) {
      try final.signers(among: [one.verifier], ignoringUnknown: true)
    }
  }

  @Test func `bytes from outside never trap`() throws {
    let signer = try named("log.example", 1)
    let root = MerkleHash.leaf([1])
    let note = SignedNote(Checkpoint(origin: "log.example", size: 1, root: root).text, by: [signer])
    let proof = LogProof(index: 0, hashes: [], note: note)
    let request = WitnessRequest(oldSize: 0, hashes: [root], note: note)
    #expect(try LogProof(proof.encoded.utf8) == proof)
    #expect(try WitnessRequest(Array(request.encoded.utf8)) == request)
    for seed in UInt64(1)...2_000 {
      var random = SplitMix64(seed: seed)
      for text in [note.encoded, proof.encoded, request.encoded] {
        var bytes = Array(text.utf8)
        for _ in 0...random.below(4) where !bytes.isEmpty {
          let place = Int(random.below(UInt64(bytes.count)))
          switch random.below(4) {
          case 0: bytes[place] = UInt8(random.below(256))
          case 1: bytes.removeSubrange(place...)
          case 2: bytes.remove(at: place)
          default: bytes.insert(contentsOf: bytes[place...], at: 0)
          }
        }
        // What still reads is written as it stood.
        if let read = try? SignedNote(bytes) { #expect(Array(read.encoded.utf8) == bytes) }
        if let read = try? LogProof(bytes) { #expect(Array(read.encoded.utf8) == bytes) }
        if let read = try? WitnessRequest(bytes) { #expect(Array(read.encoded.utf8) == bytes) }
      }
    }
  }

  // MARK: Words

  private func named(
    _ name: String, _ seed: UInt8, _ kind: NoteKeyKind = .note
  ) throws -> SignerKey {
    try #require(SignerKey(name: name, kind: kind, seed: Array(repeating: seed, count: 32)))
  }
}

extension String {
  fileprivate func replacingFirst(_ part: String, _ other: String) -> String {
    guard let range = firstRange(of: part) else { return self }
    return replacingCharacters(in: range, with: other)
  }

  private func replacingCharacters(in range: Range<Index>, with other: String) -> String {
    String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
  }
}

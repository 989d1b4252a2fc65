import OmniCrypto
import Testing

@Suite("Base64")
struct Base64Tests {
  @Test func `texts are those of RFC 4648`() {
    for (plain, text) in [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ] {
      #expect(Base64.encode(Array(plain.utf8)) == text)
      #expect(Base64.decode(text) == Array(plain.utf8))
    }
  }

  @Test func `a text is the only one of its bytes`() {
    // Other trailing bits, no padding, too much of it, blanks, letters of another alphabet.
    for text in [
      "Zh==", "Zm9=", "Zg", "Zg=", "Zg===", "Zg==Zg==", "Zm 9v", "Zm9v\n", "Zm-_", "=AAA",
    ] {
      #expect(Base64.decode(text) == nil, "\(text)")
    }
    for byte in UInt8.min...UInt8.max {
      let text = Array("Zm9".utf8) + [byte]
      if let bytes = Base64.decode(text) { #expect(Array(Base64.encode(bytes).utf8) == text) }
    }
  }
}

import OmniBus
import OmniTime

/// A draft of an event of `topic`.
func draft(_ topic: BusTopic, key: UInt64 = 0) -> BusDraft {
  BusDraft(topic, schema: BusSchema(1), timestamp: Timestamp(nanoseconds: 1), key: key)
}

/// A copy of what a reader was given.
func event(_ header: BusHeader, _ payload: RawSpan) -> BusEvent {
  BusEvent(header, payload: bytes(of: payload))
}

/// The bytes of `span`.
func bytes(of span: RawSpan) -> [UInt8] {
  (0..<span.byteCount).map { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
}

/// How many words the pattern of `number` has: every length from 0 to 27, so records differ in it.
private func wordCount(_ number: UInt64) -> Int { Int(number % 28) }

/// A payload in which each word tells which event it is of.
func pattern(_ number: UInt64) -> [UInt8] {
  let count = 8 * wordCount(number)
  return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    for index in 0..<count / 8 {
      let word = number &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(index)
      unsafe UnsafeMutableRawBufferPointer(buffer).storeBytes(
        of: word, toByteOffset: 8 * index, as: UInt64.self)
    }
    initialized = count
  }
}

/// Whether `payload` is the pattern of `number`, each word of it.
func matches(_ payload: RawSpan, _ number: UInt64) -> Bool {
  guard payload.byteCount == 8 * wordCount(number) else { return false }
  for index in 0..<payload.byteCount / 8 {
    let word = number &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(index)
    let found = unsafe payload.unsafeLoad(fromByteOffset: 8 * index, as: UInt64.self)
    if found != word { return false }
  }
  return true
}

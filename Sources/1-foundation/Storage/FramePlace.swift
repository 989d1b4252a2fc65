import OmniEncoding
import OmniTime

/// What stands at a place where a frame might.
enum FramePlace: Equatable {
  /// The end of the bytes.
  case nothing
  /// Fewer bytes than a frame's header has.
  case remainder(isZero: Bool)
  /// A length of zero: nothing was written here yet.
  case zero
  /// A length whose halves disagree.
  case badLength(word: UInt64)
  /// A length that goes beyond the end.
  case tooLong(length: Int, left: Int)
  /// A frame with a wrong checksum.
  case badChecksum(found: UInt32, wanted: UInt32)
  /// A frame.
  case good(FrameHeader, length: Int)
}

extension JournalReader where Store: ~Copyable {
  /// Looks at what stands at `place` of the present segment.
  func judge(_ place: Int) -> FramePlace {
    let left = limit - place
    guard left > 0, let base = unsafe base else { return .nothing }
    guard left >= Frame.headerBytes else {
      let rest = unsafe UnsafeRawBufferPointer(start: base + place, count: left)
      return .remainder(isZero: unsafe rest.allSatisfy { $0 == 0 })
    }
    let word = unsafe UInt64(littleEndian: base.load(fromByteOffset: place, as: UInt64.self))
    if word == 0 { return .zero }
    guard let length = Frame.length(ofWord: word) else { return .badLength(word: word) }
    guard length <= left else { return .tooLong(length: length, left: left) }
    let (header, found) = unsafe Frame.header(at: base + place)
    let wanted = unsafe Frame.checksum(at: base + place, length: length, salt: salt)
    guard found == wanted else { return .badChecksum(found: found, wanted: wanted) }
    return .good(header, length: length)
  }

  /// The number of a valid frame behind `place` with a later sequence number, if there is one.
  ///
  /// - Complexity: O(rest of the segment); nearly every step is one comparison.
  func laterFrame(after place: Int) -> UInt64? {
    guard let base = unsafe base else { return nil }
    var at = place + 8
    while at + Frame.headerBytes <= limit {
      if unsafe base.load(fromByteOffset: at, as: UInt64.self) != 0,
        case .good(let header, _) = judge(at), header.sequence.value > sequence
      {
        return header.sequence.value
      }
      at += 8
    }
    return nil
  }

  /// Where the last byte of the present segment stands that is not zero, rounded up to a word.
  var bytesInUse: Int {
    guard let base = unsafe base else { return offset }
    var end = limit & ~7
    while end > offset, unsafe base.load(fromByteOffset: end - 8, as: UInt64.self) == 0 { end -= 8 }
    return end
  }

  /// What is wrong with `place`, which stands at `offset`.
  func damage(_ place: FramePlace) -> JournalFailure {
    switch place {
    case .badChecksum(let found, let wanted):
      return cursor.corrupt(
        .checksum, at: offset, found: UInt64(found), wanted: UInt64(wanted))
    case .tooLong(let length, let left):
      return cursor.corrupt(.length, at: offset, found: UInt64(length), wanted: UInt64(left))
    case .badLength(let word):
      let low = word & UInt64(UInt32.max)
      return cursor.corrupt(
        .length, at: offset, found: word, wanted: (~low & UInt64(UInt32.max)) << 32 | low)
    case .zero, .nothing, .remainder:
      return cursor.corrupt(
        .length, at: offset, found: 0, wanted: UInt64(Frame.headerBytes))
    case .good(let header, _): return misplaced(header)
    }
  }

  /// What is wrong with a whole frame that does not continue the one before it.
  func misplaced(_ header: FrameHeader) -> JournalFailure {
    if header.sequence.value != sequence {
      return cursor.corrupt(
        .sequence, at: offset + 16, found: header.sequence.value, wanted: sequence)
    }
    return cursor.corrupt(
      .time, at: offset + 24, found: UInt64(bitPattern: header.time.nanoseconds),
      wanted: UInt64(bitPattern: lastTime.nanoseconds))
  }
}

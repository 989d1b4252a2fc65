import OmniSnapshotter

/// How large a record may be, in bytes.
struct RecordLimit {
  /// The limit.
  let bytes: Int

  /// The limit that somebody asked for, as far as records get at all.
  ///
  /// - Precondition: `bytes` is not negative.
  init(_ bytes: Int) {
    precondition(bytes >= 0, "a limit of bytes is not negative")
    self.bytes = min(bytes, SnapshotRecord.encodedBytesMax)
  }

  /// Refuses `record` if it is larger.
  func check(_ record: [UInt8]) throws(SnapshotStoreFailure) {
    guard record.count <= bytes else {
      throw .recordTooLong(bytes: record.count, limitBytes: bytes)
    }
  }

  /// How much is read of what is kept: whoever checks a record refuses one that is cut off.
  static var bytesRead: Int { SnapshotRecord.encodedBytesMax + 1 }
}

/// What the files of a log are called.
public enum LogFileName {
  /// The two files without which there is no log.
  public static var superblocks: [String] { Superblock.names }

  /// Whether a log writes files of that name.
  public static func isOne(_ name: String) -> Bool {
    Superblock.names.contains(name) || name == Acknowledgement.name
      || SegmentHead.number(name) != nil || SnapshotFile.frame(name) != nil
  }
}

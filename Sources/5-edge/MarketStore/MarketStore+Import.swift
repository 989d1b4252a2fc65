import OmniMarketColumns
import OmniModel
import OmniPlatform
public import OmniTime

extension MarketStore {
  /// How many instruments one import writes at the same time, each with the memory of a block.
  public static let instrumentsMax = 24

  /// Where rows come from and when they were imported.
  public struct Origin: Sendable {
    /// A name for people.
    public var source: String
    /// From when on the rows are known.
    public var knownAt: Timestamp
    /// Is told how many rows have been taken, now and then.
    public var progress: @Sendable (Int) -> Void

    /// Groups name and instant.
    public init(
      source: String, knownAt: Timestamp, progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
      self.source = source
      self.knownAt = knownAt
      self.progress = progress
    }
  }

  /// What came of an import.
  public struct Outcome: Sendable, Equatable {
    /// How many rows the source handed over.
    public internal(set) var rows = 0
    /// The files that were added.
    public internal(set) var added: [StoredPartition] = []
    /// How many files would have said the same as the latest revision, and were not added.
    public internal(set) var unchanged = 0
  }

  /// Takes all rows of `source`; either all of them are in the store afterwards, or none is.
  ///
  /// Of a span that has rows already, a new revision is made: it has the rows of the latest one that
  /// lie before the first and behind the last of those taken, and between them those taken.
  /// A span whose rows are those of its latest revision is not written again, so the same import a
  /// second time changes nothing. A crash while the files get their names can leave a part of them;
  /// the same import again adds the rest.
  ///
  /// - Parameter instruments: what the rows' instruments are, by their index.
  /// - Complexity: O(rows); memory for one block of each instrument that is being written.
  public mutating func take<Source: MarketRowSource & ~Copyable>(
    _ source: inout Source, of instruments: [StoredInstrument], from origin: Origin
  ) throws(MarketStoreFailure) -> Outcome {
    guard canWrite else { throw .readOnly(path: path) }
    var session = ImportSession<Source.Row>(instruments, origin)
    var outcome = Outcome()
    var rows: [Source.Row] = []
    while true {
      rows.removeAll(keepingCapacity: true)
      try source.read(into: &rows)
      if rows.isEmpty { break }
      for row in rows { try session.append(row, self) }
      outcome.rows += rows.count
      origin.progress(outcome.rows)
    }
    try session.finishAll(self)
    let finished = try session.changed(self)
    outcome.unchanged = session.finished.count - finished.count
    for file in finished {
      try file.file.rename(to: path + "/" + file.partition.file)
      outcome.added.append(file.partition)
    }
    for folder in Set(finished.map { FileSystem.folder(of: path + "/" + $0.partition.file) }) {
      try MarketStoreFailure.wrapping { () throws(FileError) in
        try FileSystem.synchronizeDirectory(folder)
        try FileSystem.synchronizeDirectory(FileSystem.folder(of: folder))
        try FileSystem.synchronizeDirectory(path)
      }
    }
    try add(outcome.added)
    outcome.added.sort(by: StoredPartition.isBefore)
    return outcome
  }

  /// The latest revision of a span, if there is one.
  func latest(
    _ instrument: StoredInstrument, _ rows: MarketRowKind, _ span: PartitionSpan
  ) -> StoredPartition? {
    partitions.last { $0.symbol == instrument.symbol && $0.rows == rows && $0.span == span }
  }
}

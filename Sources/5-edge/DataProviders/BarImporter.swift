public import OmniMarketData

/// Foreign bar files on disk, plain or compressed with gzip.
public enum BarImporter {
  /// Imports the file at `path`.
  ///
  /// - Parameter progress: Is told how many bytes of text have been read so far, now and then.
  /// - Throws: ``ImportError`` when the file as a whole cannot be taken; faults of rows are counted
  ///   in the reports of the result.
  public static func importFile(
    path: String, options: ImportOptions = ImportOptions(),
    progress: @escaping (Int) -> Void = { _ in }
  ) throws(ImportError) -> ImportResult {
    let source: FileByteSource
    do throws(BarFileError) {
      source = try FileByteSource(bars: path, progress: progress)
    } catch {
      throw .file(error)
    }
    return try BarImportReader.read(source, options: options)
  }
}

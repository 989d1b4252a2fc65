public import OmniMarketData

/// Foreign bar files on disk, plain or compressed with gzip.
public enum BarImporter {
  /// Imports the file at `path`.
  ///
  /// - Throws: ``ImportError`` when the file as a whole cannot be taken; faults of rows are counted
  ///   in the reports of the result.
  public static func importFile(
    path: String, options: ImportOptions = ImportOptions()
  ) throws(ImportError) -> ImportResult {
    let source: FileByteSource
    do throws(BarFileError) {
      source = try FileByteSource(path)
    } catch {
      throw .file(error)
    }
    return try BarImportReader.read(source, options: options)
  }
}

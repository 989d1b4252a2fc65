public import OmniEncoding
import OmniMarketData
public import OmniPlatform

/// Gives the bytes of a file, unpacked if it is compressed.
public struct FileByteSource: ByteSource, ~Copyable {
  private var reader: FileReader
  private var chunk: [UInt8] = []
  private var index = 0
  private let progress: (Int) -> Void

  /// Opens the file at `path`.
  ///
  /// - Parameter progress: Is told how many bytes of the file have been read.
  public init(
    _ path: String, progress: @escaping (Int) -> Void = { _ in }
  ) throws(FileError) {
    self.progress = progress
    reader = try FileReader(path, chunkBytes: 1 << 18)
  }

  /// Opens the file of bars at `path`.
  ///
  /// - Throws: ``BarFileError`` with the code of what hinders.
  init(
    bars path: String, progress: @escaping (Int) -> Void = { _ in }
  ) throws(BarFileError) {
    do throws(FileError) {
      try self.init(path, progress: progress)
    } catch {
      throw BarFileError(error)
    }
  }

  /// Writes the next bytes into `buffer` from index `start` on, and returns how many; 0 at the end.
  public mutating func read(
    into buffer: inout [UInt8], from start: Int
  ) throws(ByteSourceFailure) -> Int {
    if index == chunk.count {
      do throws(FileError) {
        index = 0
        guard try reader.next(&chunk) else { return 0 }
        progress(reader.totalBytes)
      } catch {
        switch error.reason {
        case .truncatedGzip: throw .truncated("\(error)")
        case .damagedGzip: throw .corrupt("\(error)")
        default: throw .unreadable("\(error)")
        }
      }
    }
    let count = min(chunk.count - index, buffer.count - start)
    buffer.replaceSubrange(start..<start + count, with: chunk[index..<index + count])
    index += count
    return count
  }
}

extension BarFileError {
  /// What hinders the file system, in the words of bar files.
  init(_ error: FileError) {
    let code: Code =
      switch error.reason {
      case .missing, .notDirectory: .missingFile
      case .isDirectory: .directory
      case .forbidden: .noPermission
      case .truncatedGzip, .damagedGzip: .damagedCompression
      default: .unreadable
      }
    self.init(code, found: "\(error)")
  }
}

import OmniEncoding
import OmniMarketData
import OmniPlatform

/// Gives the bytes of a file, unpacked if it is compressed.
struct FileByteSource: ByteSource, ~Copyable {
  private var reader: FileReader
  private var chunk: [UInt8] = []
  private var index = 0
  private let progress: (Int) -> Void

  /// Opens the file at `path`.
  ///
  /// - Throws: ``BarFileError`` with the code of what hinders.
  init(
    _ path: String, progress: @escaping (Int) -> Void = { _ in }
  ) throws(BarFileError) {
    self.progress = progress
    do throws(FileError) {
      reader = try FileReader(path, chunkBytes: 1 << 18)
    } catch {
      throw BarFileError(error)
    }
  }

  mutating func read(
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

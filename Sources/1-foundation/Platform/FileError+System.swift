import Glibc

extension FileError {
  /// The error that the operating system's number `errorNumber` stands for.
  init(errno errorNumber: Int32, operation: String, path: String) {
    let reason: Reason =
      switch errorNumber {
      case ENOENT: .missing
      case EACCES, EPERM, EROFS: .forbidden
      case EEXIST, ENOTEMPTY: .exists
      case EISDIR: .isDirectory
      case ENOTDIR: .notDirectory
      case ENOSPC, EDQUOT, EFBIG: .diskFull
      case EWOULDBLOCK: .locked
      case EPIPE: .brokenPipe
      default: .failed
      }
    var buffer = [CChar](repeating: 0, count: 256)
    let length = buffer.count
    let text =
      unsafe strerror_r(errorNumber, &buffer, length) == 0
      ? String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      : ""
    self.init(
      reason, operation: operation, path: path, errorNumber: errorNumber, systemText: text)
  }
}

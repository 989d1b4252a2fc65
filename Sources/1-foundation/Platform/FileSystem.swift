import Glibc

/// What can be done to files and folders by name.
public enum FileSystem {
  /// Whether something is at `path`.
  public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Whether a folder is at `path`.
  public static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The size in bytes of the file at `path`.
  public static func size(of path: String) throws(FileError) -> Int {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      throw FileError(errno: errno, operation: "measure", path: path)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw FileError(.isDirectory, operation: "measure", path: path)
    }
    return Int(status.st_size)
  }

  /// The names in the folder at `path` in byte order, without `.` and `..`.
  public static func names(in path: String) throws(FileError) -> [String] {
    guard let folder = unsafe opendir(path) else {
      throw FileError(errno: errno, operation: "list", path: path)
    }
    defer { _ = unsafe closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(folder) else {
        guard errno == 0 else { throw FileError(errno: errno, operation: "list", path: path) }
        break
      }
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Makes the folder at `path`, and those above it that are missing; none of them need be.
  public static func makeDirectory(_ path: String) throws(FileError) {
    if unsafe mkdir(path, 0o755) == 0 { return }
    switch errno {
    case EEXIST:
      var status = stat()
      if unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR { return }
      throw FileError(.exists, operation: "make folder", path: path)
    case ENOENT:
      let above = folder(of: path)
      guard above != path else {
        throw FileError(errno: ENOENT, operation: "make folder", path: path)
      }
      try makeDirectory(above)
      guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
        throw FileError(errno: errno, operation: "make folder", path: path)
      }
    case let number: throw FileError(errno: number, operation: "make folder", path: path)
    }
  }

  /// Makes a new folder that nobody else uses, in the system's place for what may be thrown away.
  ///
  /// - Returns: its path; whoever asked removes it.
  public static func makeTemporaryDirectory(_ name: String) throws(FileError) -> String {
    let pattern = "/tmp/" + name + "-XXXXXX"
    var bytes = Array(pattern.utf8CString)
    let isMade = unsafe mkdtemp(&bytes) != nil
    guard isMade else { throw FileError(errno: errno, operation: "make folder", path: pattern) }
    return String(decoding: bytes.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Removes the file at `path`.
  public static func remove(_ path: String) throws(FileError) {
    guard unsafe unlink(path) == 0 else {
      throw FileError(errno: errno, operation: "remove", path: path)
    }
  }

  /// Removes the folder at `path` and all that is in it; follows no links.
  public static func removeDirectory(_ path: String) throws(FileError) {
    for name in try names(in: path) {
      let inner = path + "/" + name
      var status = stat()
      guard unsafe lstat(inner, &status) == 0 else {
        throw FileError(errno: errno, operation: "remove", path: inner)
      }
      if status.st_mode & S_IFMT == S_IFDIR {
        try removeDirectory(inner)
      } else {
        try remove(inner)
      }
    }
    guard unsafe rmdir(path) == 0 else {
      throw FileError(errno: errno, operation: "remove", path: path)
    }
  }

  /// Gives the file at `path` the name `newPath`, in place of what is there.
  public static func rename(_ path: String, to newPath: String) throws(FileError) {
    guard unsafe Glibc.rename(path, newPath) == 0 else {
      throw FileError(errno: errno, operation: "rename to \(newPath)", path: path)
    }
  }

  /// Returns when the names in the folder at `path` are on the device.
  public static func synchronizeDirectory(_ path: String) throws(FileError) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileError(errno: errno, operation: "synchronize", path: path)
    }
    defer { _ = close(descriptor) }
    guard fsync(descriptor) == 0 else {
      throw FileError(errno: errno, operation: "synchronize", path: path)
    }
  }

  /// Puts `bytes` at `path` so that whoever looks, even after a power loss, sees all or nothing.
  ///
  /// A file beside it is written, synchronised and given the name; then the folder is synchronised.
  public static func replaceFile(_ path: String, with bytes: [UInt8]) throws(FileError) {
    let beside = path + ".tmp"
    do throws(FileError) {
      let file = try File(beside, .replace)
      try file.write(bytes, at: 0)
      try file.synchronize()
      try file.close()
      try rename(beside, to: path)
    } catch {
      _ = unsafe unlink(beside)
      throw error
    }
    try synchronizeDirectory(folder(of: path))
  }

  /// How many bytes this user may still write to the device that holds `path`.
  public static func freeBytes(at path: String) throws(FileError) -> Int {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else {
      throw FileError(errno: errno, operation: "measure free room at", path: path)
    }
    return Int(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(
        by: UInt64(status.f_frsize)
      ).partialValue)
  }

  /// The path of the folder that holds `path`.
  public static func folder(of path: String) -> String {
    var bytes = Array(path.utf8)
    while bytes.count > 1 && bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == 0 ? "/" : String(decoding: bytes[..<slash], as: UTF8.self)
  }
}

import CPlatform
import Glibc

/// What can be known of this process and of the machine that it runs on.
public enum Machine {
  /// The most memory that this process has had in use at once, in bytes.
  public static var peakResidentBytes: Int {
    var usage = rusage()
    let isRead = unsafe getrusage(RUSAGE_SELF.rawValue, &usage) == 0
    precondition(isRead, "a use of resources that can be read")
    return Int(usage.ru_maxrss) * 1024
  }

  /// Processor time that the calling thread has used, in nanoseconds.
  public static var threadCPUNanoseconds: Int64 { omni_thread_nanoseconds() }

  /// Time that only ever grows, in nanoseconds since some instant; for measuring, not for dating.
  public static var monotonicNanoseconds: Int64 {
    var time = timespec()
    let isRead = unsafe clock_gettime(CLOCK_MONOTONIC, &time) == 0
    precondition(isRead, "a clock that can be read")
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// The size of a page of memory, in bytes.
  public static var pageBytes: Int { Int(sysconf(Int32(_SC_PAGESIZE))) }

  /// How many processor cores are at work.
  public static var coreCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// How much memory the machine has, in bytes.
  public static var memoryBytes: Int { Int(sysconf(Int32(_SC_PHYS_PAGES))) * pageBytes }

  /// The processor's name as the operating system gives it, or nothing if it gives none.
  public static var processorName: String? {
    guard let file = try? File("/proc/cpuinfo", .read),
      let bytes = try? file.bytes(at: 0, count: 8192)
    else { return nil }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].hasPrefix("model name") else { continue }
      let name = parts[1].drop { $0 == " " }
      return name.isEmpty ? nil : String(name)
    }
    return nil
  }

  /// The number of this process.
  public static var processID: Int { Int(getpid()) }

  /// The operating system's name and version.
  public static var systemName: String {
    var name = utsname()
    guard unsafe uname(&name) == 0 else { return "unknown" }
    let system = unsafe withUnsafeBytes(of: &name.sysname) { unsafe text($0) }
    let release = unsafe withUnsafeBytes(of: &name.release) { unsafe text($0) }
    let machine = unsafe withUnsafeBytes(of: &name.machine) { unsafe text($0) }
    return "\(system) \(release) \(machine)"
  }

  private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}

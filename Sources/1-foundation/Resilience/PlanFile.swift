public import OmniClocks
import OmniPlatform
public import OmniTime

/// A plan in a file that is read again when it changes.
///
/// The file is read whole each time and compared with what it was, since neither its time nor its
/// size says for sure that it is another. A file that cannot be read or is no plan changes nothing:
/// the plan in force stays, and the fault is told once.
public struct PlanFile: Sendable {
  /// The most bytes of a file.
  public static let bytesMax = 1 << 20

  /// What a look at the file found.
  public enum Look: Sendable, Equatable {
    /// It is as it was.
    case unchanged
    /// It has another plan, which was taken over.
    case applied
    /// It has something that was not taken over.
    case refused(ResilienceFault)
  }

  /// Where the file is.
  public let path: String
  private var bytes: [UInt8]
  private var lastFault: ResilienceFault?

  /// Reads the file, and gives the parts of its plan.
  public static func open(
    _ path: String, time: TimeSource = .machine
  ) throws(ResilienceFault) -> (file: PlanFile, resilience: Resilience) {
    let bytes = try load(path)
    let resilience = try Resilience(ResiliencePlan(yaml: bytes, label: path), time: time)
    return (PlanFile(path: path, bytes: bytes), resilience)
  }

  private init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// Looks at the file, and takes its plan over if it has changed.
  public mutating func look(for resilience: Resilience) -> Look {
    do throws(ResilienceFault) {
      let present = try Self.load(path)
      guard present != bytes || lastFault != nil else { return .unchanged }
      bytes = present
      try resilience.apply(ResiliencePlan(yaml: present, label: path))
      lastFault = nil
      return .applied
    } catch {
      guard error != lastFault else { return .unchanged }
      lastFault = error
      return .refused(error)
    }
  }

  /// Looks at the file again and again, until the task is cancelled.
  ///
  /// - Parameter changed: Is told what a look found, unless nothing had changed.
  public mutating func watch(
    _ resilience: Resilience, every interval: Interval = .seconds(1), time: TimeSource = .machine,
    changed: (Look) -> Void
  ) async {
    while !Task.isCancelled {
      do {
        try await time.sleep(for: interval)
      } catch {
        return
      }
      let found = look(for: resilience)
      if found != .unchanged { changed(found) }
    }
  }

  private static func load(_ path: String) throws(ResilienceFault) -> [UInt8] {
    do throws(FileError) {
      var reader = try FileReader(path)
      return try reader.readAll(limit: bytesMax)
    } catch {
      throw .file(error.description)
    }
  }
}

import OmniBus
import OmniEncoding
import OmniEvents
import OmniKernel
import OmniModel
import OmniStorage
import OmniTime

/// `omni events`: what stands in a journal, event by event.
struct EventsCommand: Command {
  static let name = "events"
  static let summary = "lists what a run was told and did, from its journal"
  static let positional = "JOURNAL"
  static let options: [Option] = [
    Option("--topic", "PATTERN", "only this topic, such as order.filled or order.*", repeats: true),
    Option("--from", "N", "begins with this record (0)"),
    Option("--limit", "N", "ends after so many events"),
    Option("--json", nil, "prints one JSON object a line"),
  ]
  static let example = "omni events .omni/runs/demo/journal --topic 'order.*' --limit 20"

  static func run(_ arguments: Arguments, _ console: Console) throws {
    guard arguments.positional.count == 1, let folder = arguments.positional.first else {
      throw Problem.usage(
        "CLI-013", "\(arguments.positional.count) journals are named", wanted: "one",
        remedy: "see omni events --help")
    }
    let topics = try topics()
    let filter = try filter(arguments, topics)
    let first = UInt64(try arguments.integer("--from", in: 0...Int.max) ?? 0)
    let limit = try arguments.integer("--limit", in: 1...Int.max) ?? .max
    do {
      guard try !DirectoryJournalStore(folder).segments().isEmpty else {
        throw JournalFailure.noJournal
      }
      var printer = try EventPrinter(topics, plan: plan(folder), isJSON: arguments.has("--json"))
      var reader = JournalReader(DirectoryJournalStore(folder))
      var count = 0
      while count < limit, let frame = try reader.next() {
        let kind = try kind(frame)
        let isWanted = filter.contains(EventTypes.topic(of: kind)) && frame.sequence.value >= first
        // All are read, also those before the first: an order may be what a later event is about.
        let event = try event(kind, frame, &reader)
        printer.note(event)
        guard isWanted else { continue }
        console.print(printer.line(event, frame))
        count += 1
      }
      if let end = reader.end, let warning = ReplayCommand.warning(end) {
        console.message("warning: \(warning)")
      }
    } catch let failure as JournalFailure {
      throw RunJob.problem(failure)
    }
  }

  /// The run's plan, which names what the events are about; nil if the journal has lost its first
  /// segments.
  private static func plan(_ folder: String) throws -> RunPlan? {
    var reader = JournalReader(DirectoryJournalStore(folder))
    guard let frame = try reader.next(), frame.kind == RecordKind.runStarted.rawValue,
      case .started(let plan) = try event(.runStarted, frame, &reader)
    else { return nil }
    return plan
  }

  private static func kind(_ frame: FrameHeader) throws -> RecordKind {
    guard let kind = RecordKind(rawValue: frame.kind) else {
      throw Problem(
        "EVT-001", "record \(frame.sequence.value) is of kind \(frame.kind)",
        wanted: "one that this version knows", remedy: "use the version that wrote the journal")
    }
    return kind
  }

  private static func event(
    _ kind: RecordKind, _ frame: FrameHeader,
    _ reader: inout JournalReader<DirectoryJournalStore>
  ) throws -> NodeEvent {
    do throws(WordFailure) {
      let event = try NodeEvent(kind, decoding: &reader)
      guard reader.remainingWords == 0 else {
        throw .senseless(word: UInt64(reader.remainingWords), what: "end of a record")
      }
      return event
    } catch {
      throw Problem(
        "EVT-004", "record \(frame.sequence.value): \(error)", wanted: "the words of a \(kind)",
        remedy: "take the journal from a backup")
    }
  }

  private static func topics() throws -> TopicRegistry {
    do {
      return try EventTypes.topics()
    } catch {
      throw Problem(describing: error, code: error.code, remedy: "report it")
    }
  }

  private static func filter(
    _ arguments: Arguments, _ topics: TopicRegistry
  ) throws -> BusFilter {
    let patterns = arguments.all("--topic")
    if patterns.isEmpty { return .all }
    return try patterns.reduce(BusFilter.none) { filter, pattern in
      do throws(TopicFailure) {
        return filter.union(try topics.filter(pattern))
      } catch {
        throw Problem.usage(
          "CLI-046", "there is no topic \(pattern)",
          wanted: "a topic, a family such as order.*, or *",
          remedy: "see docs/reference/event-types.md")
      }
    }
  }
}

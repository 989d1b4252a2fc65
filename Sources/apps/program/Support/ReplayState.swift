import OmniPlatform
import OmniRunHistory
import OmniSnapshotter
import OmniStorage
import OmniTime

/// `omni replay --at`: what a run's state was.
struct ReplayState {
  private typealias History = RunHistory<FileSnapshotStore, DirectoryJournalStore>

  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  /// Shows the state that was asked for; returns false if none was.
  func show(_ folder: String, _ console: Console) throws -> Bool {
    guard let moment = arguments.value("--at") else {
      for option in ["--snapshots", "--stride"] where arguments.has(option) {
        throw Problem.usage(
          "CLI-044", "\(option) stands without --at", wanted: "the moment whose state is shown",
          remedy: "add --at")
      }
      return false
    }
    for option in ["--verify", "--ledger"] where arguments.has(option) {
      throw Problem.usage(
        "CLI-044", "\(option) stands beside --at", wanted: "one of the two",
        remedy: "run the command twice")
    }
    let stride = try arguments.integer("--stride", in: 1...Int.max) ?? 1 << 20
    let wanted = try Wanted(moment)
    let snapshots = arguments.value("--snapshots") ?? "\(folder)/snapshots"
    do {
      guard try !DirectoryJournalStore(folder).segments().isEmpty else {
        throw JournalFailure.noJournal
      }
      var history = try RunHistory(
        journal: DirectoryJournalStore(folder), snapshots: FileSnapshotStore(snapshots),
        stride: UInt64(stride))
      try show(&history, wanted, console)
    } catch let failure as History.Failure {
      throw Self.problem(failure)
    } catch let failure as JournalFailure {
      throw RunJob.problem(failure)
    }
    return true
  }

  private func show(_ history: inout History, _ wanted: Wanted, _ console: Console) throws {
    let all = try history.recordCount()
    let seen =
      switch wanted {
      case .end: all
      case .records(let count): count
      case .instant(let time): try history.recordCount(upTo: time)
      }
    let moment = try history.state(after: seen)
    if let cause = moment.snapshotFailure {
      console.message("warning: no snapshot was kept: \(cause)")
    }
    let printer = RunStatePrinter(moment.state, seen: seen, of: all, report: moment.report)
    guard let printer else {
      throw Problem.usage(
        "CLI-045", "--at is 0, before the run's plan", wanted: "at least one record",
        remedy: "give such a number")
    }
    console.print(arguments.has("--json") ? printer.json.text : printer.text)
  }

  private enum Wanted {
    case end
    case records(UInt64)
    case instant(Timestamp)

    init(_ text: String) throws {
      if text == "end" {
        self = .end
      } else if let count = UInt64(text) {
        self = .records(count)
      } else if let time = try? TimeText(text, order: .yearMonthDay).instant {
        self = .instant(time)
      } else {
        throw Problem.usage(
          "CLI-045", "--at is \(text)",
          wanted: "a number of records, an instant such as 2026-01-31T09:30:00Z, or end",
          remedy: "give one of them")
      }
    }
  }

  private static func problem(_ failure: History.Failure) -> Problem {
    if case .journal(let cause) = failure { return RunJob.problem(cause) }
    let remedy =
      switch failure {
      case .beyondEnd: "give a smaller number, or end"
      default: "run omni replay JOURNAL --verify to find the record"
      }
    return Problem(describing: failure, code: failure.code, remedy: remedy)
  }
}

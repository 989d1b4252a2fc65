import OmniBenchmarks
import OmniPlatform

/// `omni ledger bench`.
struct LedgerBenchmark {
  private let isJSON: Bool
  private let workers: Int

  init(_ arguments: Arguments) throws {
    isJSON = arguments.has("--json")
    workers = try arguments.integer("--workers", in: 1...WorkerPool.countMax) ?? Machine.coreCount
  }

  func run(_ console: Console) throws {
    var figures: [Figure] = []
    do throws(BenchmarkFailure) {
      figures += try PayloadIngestion().figures()
      figures += try LedgerValidation(workers: workers).figures()
      figures += try LedgerCommits(workers: workers).figures()
      figures += try LedgerSignatures(workers: workers).figures()
      figures += try LedgerProofs(workers: workers).figures()
    } catch {
      throw Problem(describing: error, code: "BEN-001", remedy: "report it")
    }
    BenchCommand.show([("ledger", figures)], isJSON: isJSON, console)
  }
}

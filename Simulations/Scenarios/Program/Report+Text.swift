import OmniKernel
import OmniMatching
import OmniModel
import OmniMoney

extension Simulation.Report {
  /// One screen: what the day was, what it met, what was checked.
  package var text: String {
    let plan = day.plan
    let instruments = plan.instruments.map(\.symbol).joined(separator: ", ")
    let strategies = plan.strategies.map(\.strategy).joined(separator: ", ")
    let layers = denialsByLayer.indices.filter { denialsByLayer[$0] > 0 }
      .map { "layer \($0): \(denialsByLayer[$0])" }.joined(separator: ", ")
    let met = faults.map { "\($0.name) ×\($0.count)" }.joined(separator: ", ")
    return """
      seed         \(day.seed)
      instruments  \(instruments) (\(plan.currency.code))
      strategies   \(strategies)
      fills        \(plan.policy.name): \(plan.policy.marketTiming), \(plan.policy.sweep)
      day          \(day.barCount) bars, \(eventCount) events, \(orders) orders, \(fills) fills
      refused      \(denials)\(layers.isEmpty ? "" : " (\(layers))")
      journal      \(isDurable ? "waits for the device" : "survives the process"), \(attempts) \
      attempts, begun again \(begunAgain) times
      faults       \(met.isEmpty ? "none met" : met)
      bits turned  \(bitsTurned), each refused at its place
      checks       \(checkCount), all held
      digest       \(digest)
      """
  }

  /// The same as JSON, in one line.
  package var json: String {
    let met = faults.map { "\"\($0.name)\":\($0.count)" }.joined(separator: ",")
    return "{\"seed\":\(day.seed),\"bars\":\(day.barCount),\"events\":\(eventCount),"
      + "\"orders\":\(orders),\"fills\":\(fills),\"denied\":\(denials),\"attempts\":\(attempts),"
      + "\"begun_again\":\(begunAgain),\"faults\":{\(met)},\"bits_turned\":\(bitsTurned),"
      + "\"checks\":\(checkCount),\"digest\":\"\(digest)\"}"
  }
}

/// What many days came to together.
struct SeedTotals {
  private var days = 0
  private var checks: UInt64 = 0
  private var events: UInt64 = 0
  private var faults: [String: Int] = [:]
  private var layers: [UInt64] = Array(repeating: 0, count: 11)

  /// Adds a day.
  mutating func add(_ report: Simulation.Report) {
    days += 1
    checks += report.checkCount
    events += report.eventCount
    for fault in report.faults { faults[fault.name, default: 0] += fault.count }
    for index in layers.indices { layers[index] += report.denialsByLayer[index] }
  }

  /// A few lines.
  var text: String {
    let met = faults.sorted { $0.key < $1.key }.map { "  \($0.value) × \($0.key)" }
    let spoke = layers.indices.filter { layers[$0] > 0 }.map { "\($0): \(layers[$0])" }
    return """
      \(days) days, \(events) events, \(checks) checks, all held
      \(met.joined(separator: "\n"))
        refusals by layer: \(spoke.joined(separator: ", "))
      """
  }
}

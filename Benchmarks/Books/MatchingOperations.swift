import CPlatform
import OmniCollections
public import OmniMatching
public import OmniModel
public import OmniMoney
import OmniPlatform

/// Operations of a recorded stream on one book of the matching engine.
public struct MatchingOperations {
  /// One operation of a stream.
  public struct Operation: BitwiseCopyable, Sendable {
    /// What is asked for.
    public enum Kind: UInt8, BitwiseCopyable, Sendable {
      case add, immediate, cancel, move, resize
    }

    /// The order's number.
    public let id: UInt64
    /// The price, in ticks.
    public let price: Int64
    /// The size, in lots; never negative.
    public let quantity: Int64
    /// What is asked for.
    public let kind: Kind
    /// Which way the order trades.
    public let side: Side

    /// Creates an operation.
    public init(_ kind: Kind, _ id: UInt64, _ side: Side, price: Int64, quantity: Int64) {
      self.id = id
      self.price = price
      self.quantity = quantity
      self.kind = kind
      self.side = side
    }
  }

  /// How many bytes a record of a file has: number, price and size of eight each, the lowest first,
  /// kind and side of one each, six unused.
  public static let recordBytes = 32
  /// The most bytes of a file.
  public static let bytesMax = 1 << 32
  /// How many times the stream is run; the best counts.
  public static let runCount = 5

  private let operations: [Operation]

  /// Reads a stream from a file.
  public init(path: String) throws(BenchmarkFailure) {
    let bytes: [UInt8]
    do throws(FileError) {
      var reader = try FileReader(path)
      bytes = try reader.readAll(limit: Self.bytesMax)
    } catch {
      throw .failed(error.description)
    }
    try self.init(bytes, name: path)
  }

  /// Reads a stream from memory.
  public init(_ bytes: [UInt8], name: String) throws(BenchmarkFailure) {
    guard !bytes.isEmpty else { throw .failed("\(name): no operation in it") }
    let size = Self.recordBytes
    guard bytes.count % size == 0 else {
      throw .failed(
        "\(name): ends within record \(bytes.count / size + 1), after \(bytes.count) bytes; "
          + "wanted whole records of \(size) bytes")
    }
    var operations: [Operation] = []
    operations.reserveCapacity(bytes.count / size)
    for start in stride(from: 0, to: bytes.count, by: size) {
      let number = start / size + 1
      guard let kind = Operation.Kind(rawValue: bytes[start + 24]) else {
        throw .failed("\(name), record \(number): type \(bytes[start + 24]); wanted 0 to 4")
      }
      guard let side = Side(rawValue: bytes[start + 25]) else {
        throw .failed("\(name), record \(number): side \(bytes[start + 25]); wanted 0 or 1")
      }
      let quantity = Int64(bitPattern: Self.word(bytes, at: start + 16))
      guard quantity >= 0 else {
        throw .failed("\(name), record \(number): size \(quantity); wanted 0 or more")
      }
      operations.append(
        Operation(
          kind, Self.word(bytes, at: start), side,
          price: Int64(bitPattern: Self.word(bytes, at: start + 8)), quantity: quantity))
    }
    self.init(operations)
  }

  /// Takes a stream.
  public init(_ operations: [Operation]) { self.operations = operations }

  private static func word(_ bytes: [UInt8], at start: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << (8 * UInt64($1)) }
  }

  /// What a stream came to.
  public struct Tally: MatchSink, Equatable, Sendable {
    /// How many trades there were.
    public var trades: UInt64 = 0
    /// How many lots traded.
    public var volume: Int64 = 0
    /// A hash of prices and sizes, in order; it wraps by design.
    public var hash: UInt64 = 1_469_598_103_934_665_603
    /// How many operations were refused.
    public var refused = 0
    /// How many orders rest at the end.
    public var live = 0

    /// Creates the tally of no trade.
    public init() {}

    /// Counts a trade.
    public mutating func traded(_ trade: MatchTrade) {
      trades += 1
      volume &+= trade.quantity.lots
      let word = UInt64(bitPattern: trade.price.ticks &* 1_000_003 &+ trade.quantity.lots)
      hash = (hash ^ word) &* 1_099_511_628_211
    }

    /// Nobody's orders have an owner here.
    public mutating func selfTradePrevented(_ id: OrderID, cancelled quantity: Quantity) {}
  }

  /// Runs the stream several times, then once more with a clock at each operation.
  public func figures() throws(BenchmarkFailure) -> [Figure] {
    let first = peak()
    var configuration = MatchingEngine.Configuration()
    configuration.orderCapacity = first.count
    let operations = OwnedBuffer(count: operations.count) { self.operations[$0] }
    var best: Measurement?
    var allocations: UInt64 = 0
    for _ in 0..<Self.runCount {
      var engine = MatchingEngine(configuration)
      var tally = Tally()
      let run = Measurement.of {
        for index in operations.indices {
          Self.apply(operations[index], to: &engine, &tally)
        }
      }
      tally.live = engine.orderCount
      guard tally == first.tally else {
        throw .wrongResult("\(tally); wanted what the first run gave, \(first.tally)")
      }
      allocations = max(allocations, run.allocations)
      if run.nanoseconds < best?.nanoseconds ?? .max { best = run }
    }
    guard let best else { throw .failed("no run") }
    let tally = first.tally
    let digits = String(tally.hash, radix: 16)
    return [
      Figure("trades", Double(tally.trades), "trades"),
      Figure("volume", Double(tally.volume), "lots traded"),
      Figure("live", Double(tally.live), "orders that rest at the end"),
      Figure(
        "hash", text: String(repeating: "0", count: 16 - digits.count) + digits,
        "of the prices and sizes of all trades, in order"),
      Figure("refused", Double(tally.refused), "operations that were refused"),
      Figure("ops", Double(operations.count), "operations in the stream"),
      Figure("ops_per_cpu_s", best.perSecond(operations.count), "operations a second"),
    ] + latencies(operations, configuration) + [
      Figure("allocations", Double(allocations), "requests for memory in a whole run")
    ]
  }

  /// What the stream comes to, and the most orders that rest at a time.
  private func peak() -> (tally: Tally, count: Int) {
    var engine = MatchingEngine(MatchingEngine.Configuration())
    var tally = Tally()
    var count = 0
    for operation in operations {
      Self.apply(operation, to: &engine, &tally)
      count = max(count, engine.orderCount)
    }
    tally.live = engine.orderCount
    return (tally, count)
  }

  @inline(__always)
  private static func apply(
    _ operation: Operation, to engine: inout MatchingEngine, _ tally: inout Tally
  ) {
    let id = OrderID(operation.id)
    let price = Price(ticks: operation.price)
    let quantity = Quantity(lots: operation.quantity)
    let outcome =
      switch operation.kind {
      case .add:
        engine.submit(MatchOrder(id, operation.side, quantity, at: price), into: &tally)
      case .immediate:
        engine.submit(
          MatchOrder(id, operation.side, quantity, at: price, .immediateOrCancel), into: &tally)
      case .cancel: engine.cancel(id)
      case .move: engine.move(id, to: price, into: &tally)
      case .resize: engine.resize(id, to: quantity)
      }
    if case .refused = outcome { tally.refused += 1 }
  }

  /// How long single operations take, by the processor's count of cycles.
  private func latencies(
    _ operations: borrowing OwnedBuffer<Operation>, _ configuration: MatchingEngine.Configuration
  ) -> [Figure] {
    let perNanosecond = Self.cyclesPerNanosecond()
    var engine = MatchingEngine(configuration)
    var tally = Tally()
    var cycles: [UInt64] = []
    cycles.reserveCapacity(operations.count)
    for index in operations.indices {
      let operation = operations[index]
      let start = omni_cycles_before()
      Self.apply(operation, to: &engine, &tally)
      cycles.append(omni_cycles_after() &- start)  // A count of cycles wraps.
    }
    omni_keep(tally.hash)
    cycles.sort()
    func quantile(_ share: Double, _ key: String) -> Figure {  // statistic: a share
      let cycles = cycles[Int(share * Double(cycles.count - 1))]
      return Figure(key, Double(cycles) / perNanosecond, "nanoseconds of wall time an operation")
    }
    return [quantile(0.5, "p50_ns"), quantile(0.99, "p99_ns"), quantile(0.999, "p999_ns")]
  }

  /// How fast the count of cycles goes, against the clock over a tenth of a second.
  private static func cyclesPerNanosecond() -> Double {
    let start = Machine.monotonicNanoseconds
    let cycles = omni_cycles_before()
    var end = start
    while end - start < 100_000_000 { end = Machine.monotonicNanoseconds }
    return Double(omni_cycles_after() &- cycles) / Double(end - start)
  }
}

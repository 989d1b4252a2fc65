import OmniEncoding
import OmniMarketColumns
import OmniModel
import OmniMoney
import OmniTestKit
import OmniTime
import Testing

@Suite("MarketRows")
struct MarketRowsTests {
  // MARK: Examples

  @Test func `one event comes back as it was`() throws {
    let event = quote(at: 5, price: -3, size: 7)
    #expect(try decoded(try block([event])) == [event])
  }

  @Test func `bars come back, whatever lies between them`() throws {
    let bars = [bar(1, 10, 12, 9, 11, 5), bar(2, 11, 11, 11, 11, 0), bar(9, -4, .max, .min, 8, 3)]
    #expect(try decoded(try block(bars)) == bars)
  }

  @Test func `quotes whose times, prices and sizes repeat take a byte or two`() throws {
    let events = (0..<8_192).map { index in
      quote(at: Int64(index / 4) * 1_000_000, price: 100 + Int64(index % 7), size: 10)
    }
    let bytes = try block(events)
    #expect(bytes.count < 2 * events.count)
    #expect(try decoded(bytes) == events)
  }

  @Test func `the head tells count, instants and size`() throws {
    let bytes = try block([quote(at: 5, price: 1, size: 1), quote(at: 8, price: 2, size: 1)])
    let head = try MarketBlock.head(bytes.span)
    #expect(head.rowCount == 2)
    #expect(head.byteCount == bytes.count)
    #expect(head.first.nanoseconds == 5 && head.last.nanoseconds == 8)
    #expect(head.earliest.nanoseconds == 4 && head.latest.nanoseconds == 7)
  }

  // MARK: Refusals

  @Test func `rows out of order, of two instruments or too many are refused, and the rest stays`()
    throws
  {
    var encoder = MarketBlockEncoder<MarketEvent>()
    try encoder.append(quote(at: 5, price: 1, size: 1))
    #expect(
      failure { () throws(MarketColumnsFailure) in
        try encoder.append(quote(at: 4, price: 1, size: 1))
      } == .outOfOrder(row: 1))
    #expect(
      failure { () throws(MarketColumnsFailure) in
        try encoder.append(quote(at: 5, price: 1, size: 1, of: 1))
      } == .mixedInstruments(row: 1))
    #expect(encoder.count == 1)
    while !encoder.isFull { try encoder.append(quote(at: 6, price: 1, size: 1)) }
    #expect(
      failure { () throws(MarketColumnsFailure) in
        try encoder.append(quote(at: 6, price: 1, size: 1))
      } == .rowCount(8_193))
    var bytes: [UInt8] = []
    try encoder.finish(into: &bytes)
    #expect(
      failure { () throws(MarketColumnsFailure) in
        try encoder.finish(into: &bytes)
      } == .rowCount(0))
  }

  @Test func `a block that is cut off anywhere is refused`() throws {
    let bytes = try block((0..<40).map { quote(at: Int64($0), price: 5, size: 1) })
    for count in 0..<bytes.count {
      let cut = Array(bytes[..<count])
      let found = refusal(cut)
      #expect(found?.code == "MCS-001", "\(count) bytes: \(String(describing: found))")
    }
  }

  @Test func `a bit that flips anywhere is noticed`() throws {
    let bytes = try block((0..<40).map { quote(at: Int64($0 * $0), price: 5, size: 1) })
    for bit in 0..<bytes.count * 8 {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(refusal(flipped) != nil, "bit \(bit)")
    }
  }

  @Test func `a block of bars is none of events`() throws {
    let bytes = try block([bar(1, 10, 12, 9, 11, 5)])
    #expect(refusal(bytes) == .unsupported(version: 1, rows: 2))
  }

  @Test func `senseless columns under a sound checksum are refused, and never stop the program`()
    throws
  {
    var refused = 0
    for seed in UInt64(0)..<600 {
      var random = SeededRandom(seed: seed)
      let shape = Shape.allCases[Int(seed) % Shape.allCases.count]
      var bytes = try block(shape.events(1 + Int(random.below(300)), &random))
      for _ in 0...random.below(3) {
        let place = 16 + Int(random.below(UInt64(bytes.count - 24)))
        bytes[place] = UInt8(truncatingIfNeeded: random.next())
      }
      bytes.removeLast(4)
      let sum = CRC32C.checksum(bytes)
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32($0 * 8)) }
      if refusal(bytes) != nil { refused += 1 }
    }
    #expect(refused > 200)
  }

  @Test func `a refused block leaves no rows, and the next one is read as if nothing had been`()
    throws
  {
    let events = (0..<300).map { quote(at: Int64($0), price: Int64($0 % 11), size: 1) }
    let sound = try block(events)
    var torn = sound
    torn[100] ^= 4
    var rows = MarketRows<MarketEvent>()
    try rows.decode(sound.span)
    _ = failure { () throws(MarketColumnsFailure) in try rows.decode(torn.span) }
    let count = rows.count
    #expect(count == 0)
    try rows.decode(sound.span)
    let again = (0..<rows.count).map { rows.row($0, of: InstrumentID(0)) }
    #expect(again == events)
  }

  // MARK: Golden

  @Test func `the bytes of a block do not change unseen`() throws {
    let bytes = try block([
      quote(at: 1_000, price: 100, size: 5), quote(at: 2_000, price: 101, size: 5),
      quote(at: 3_500, price: 99, size: 8), quote(at: 3_500, price: 99, size: 5),
    ])
    let text = bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
    #expect(text == golden)
  }

  // MARK: Properties

  @Test func `events of every shape come back as they were`() throws {
    for seed in UInt64(0)..<96 {
      var random = SeededRandom(seed: seed)
      let shape = Shape.allCases[Int(seed) % Shape.allCases.count]
      let count = seed % 24 == 5 ? 8_192 : 1 + Int(random.below(600))
      let events = shape.events(count, &random)
      let bytes = try block(events)
      #expect(try decoded(bytes) == events, "seed \(seed), \(shape)")
      #expect(bytes.count <= MarketBlock.bytesMax)
    }
  }

  @Test func `bars of every shape come back as they were`() throws {
    for seed in UInt64(0)..<64 {
      var random = SeededRandom(seed: seed)
      let shape = Shape.allCases[Int(seed) % Shape.allCases.count]
      let count = 1 + Int(random.below(600))
      let columns = (0..<6).map { _ in shape.numbers(count, &random) }
      let instants = columns[0].sorted()
      let bars = (0..<count).map { index in
        let prices = (1...4).map { columns[$0][index] }.sorted()
        return bar(
          instants[index], prices[1], prices[3], prices[0], prices[2],
          columns[5][index] & .max)
      }
      #expect(try decoded(try block(bars)) == bars, "seed \(seed), \(shape)")
    }
  }

  @Test func `columns and counts agree with the rows`() throws {
    var random = SeededRandom(seed: 5)
    let events = Shape.walk.events(1_000, &random)
    let bytes = try block(events)
    var rows = MarketRows<MarketEvent>()
    try rows.decode(bytes.span)
    let prices = rows.sum(EventColumn.price.rawValue)
    #expect(prices == events.reduce(0) { $0 &+ $1.price.ticks })
    let sizes = rows.withColumn(EventColumn.size.rawValue) { column in
      column.indices.map { column[$0] }
    }
    #expect(sizes == events.map(\.size.lots))
    for _ in 0..<200 {
      let instant = events[Int(random.below(1_000))].receivedAt.nanoseconds
      for moment in [instant - 1, instant, instant + 1].map(Timestamp.init(nanoseconds:)) {
        let (until, before) = (rows.count(until: moment), rows.count(before: moment))
        #expect(until == events.count { $0.receivedAt <= moment })
        #expect(before == events.count { $0.receivedAt < moment })
      }
    }
  }
}

// MARK: - Words for the tests

private let golden = """
  4d434b42010108000400000078000000e803000000000000ac0d000000000000e703000000000000\
  ab0d000000000000090000000b00000012000000180000001a0000001c0000001e00000020000000\
  01d00ff4030300500b000101c60101020009010a03010004001200000000000200000000093ac114
  """

/// What the numbers of a column look like.
private enum Shape: CaseIterable {
  case constant, walk, jumps, extremes, few, alternating, runs, ramp

  func numbers(_ count: Int, _ random: inout SeededRandom) -> [Int64] {
    var last: Int64 = 1_000
    var left: UInt64 = 0
    return (0..<count).map { index in
      switch self {
      case .constant: return -7
      case .walk: last += random.within(-5...5) * 100
      case .jumps:
        last = random.below(50) == 0 ? Int64(bitPattern: random.next()) >> 8 : last &+ 1
      case .extremes: return random.pick([.min, .max, 0, -1, 1, .min + 1, .max - 1])
      case .few: return random.pick([100, 200, 250, 99_999, -3])
      case .alternating: last = index % 2 == 0 ? 10_000 + random.within(0...3) : -500
      case .runs:
        if left == 0 { (last, left) = (Int64(bitPattern: random.next()), random.below(40)) }
        left -= left == 0 ? 0 : 1
      case .ramp: last &+= 1_000_003
      }
      return last
    }
  }

  func events(_ count: Int, _ random: inout SeededRandom) -> [MarketEvent] {
    let columns = (0..<5).map { _ in numbers(count, &random) }
    let received = columns[0].sorted()
    return (0..<count).map { index in
      let content = MarketEvent.Content(
        price: Price(ticks: columns[2][index]), size: Quantity(lots: columns[3][index] & .max),
        id: UInt64(bitPattern: columns[4][index]),
        flags: .init(rawValue: UInt8(truncatingIfNeeded: columns[4][index])))
      return MarketEvent(
        random.pick(MarketEvent.Kind.allCases), random.pick(MarketEvent.BookSide.allCases),
        of: InstrumentID(0),
        at: MarketTimes(
          occurredAt: Timestamp(nanoseconds: columns[1][index]),
          receivedAt: Timestamp(nanoseconds: received[index])), content)
    }
  }
}

private func quote(
  at received: Int64, price: Int64, size: Int64, of instrument: UInt32 = 0
) -> MarketEvent {
  let times = MarketTimes(
    occurredAt: Timestamp(nanoseconds: received - 1), receivedAt: Timestamp(nanoseconds: received))
  let content = MarketEvent.Content(
    price: Price(ticks: price), size: Quantity(lots: size), id: 9, flags: .last)
  return MarketEvent(.best, .bid, of: InstrumentID(instrument), at: times, content)
}

private func bar(
  _ closedAt: Int64, _ open: Int64, _ high: Int64, _ low: Int64, _ close: Int64, _ volume: Int64
) -> Bar {
  Bar(
    instrument: InstrumentID(0), closedAt: Timestamp(nanoseconds: closedAt),
    prices: OpenHighLowClose(
      open: Price(ticks: open), high: Price(ticks: high), low: Price(ticks: low),
      close: Price(ticks: close)), volume: volume)
}

private func block<Row: MarketRow>(_ rows: [Row]) throws -> [UInt8] {
  var encoder = MarketBlockEncoder<Row>()
  for row in rows { try encoder.append(row) }
  var bytes: [UInt8] = []
  let head = try encoder.finish(into: &bytes)
  #expect(head == (try MarketBlock.head(bytes.span)))
  return bytes
}

private func decoded<Row: MarketRow>(_ bytes: [UInt8]) throws -> [Row] {
  var rows = MarketRows<Row>()
  let head = try rows.decode(bytes.span)
  #expect(head.rowCount == rows.count)
  return (0..<rows.count).map { rows.row($0, of: InstrumentID(0)) }
}

private func refusal(_ bytes: [UInt8]) -> MarketColumnsFailure? {
  failure { () throws(MarketColumnsFailure) in
    var rows = MarketRows<MarketEvent>()
    try rows.decode(bytes.span)
  }
}

private func failure(_ body: () throws(MarketColumnsFailure) -> Void) -> MarketColumnsFailure? {
  do throws(MarketColumnsFailure) {
    try body()
    return nil
  } catch {
    return error
  }
}

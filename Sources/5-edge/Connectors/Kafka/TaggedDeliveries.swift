import OmniCircuitBreaker

/// Messages with a tag, in the order in which they were produced, until their reports are taken.
///
/// Brokers answer in the order of each partition and in no order between them. A report is given
/// out when those of all messages before it have been, so whoever took one knows that everything up
/// to it is settled.
///
/// Up to some hundred thousand of them, each a few words, in one array: the numbers are those of
/// the places, so each step is O(1), with the moving of what is left spread over the taking.
struct TaggedDeliveries {
  private enum Stage {
    case waiting(BreakerMachine.Permit)
    case settled(Result<KafkaPosition, KafkaFailure>)
    /// It was not taken after all, and has no report.
    case withdrawn
  }

  private struct Entry {
    let tag: UInt64
    var stage: Stage
  }

  private var entries: [Entry] = []
  /// Where the oldest entry is.
  private var start = 0
  /// The number of the oldest entry.
  private var firstNumber: UInt64 = 0

  /// How many messages and reports there are.
  var count: Int { entries.count - start }

  /// Whether a report can be taken.
  var isReady: Bool {
    for entry in entries[start...] {
      switch entry.stage {
      case .settled: return true
      case .waiting: return false
      case .withdrawn: continue
      }
    }
    return false
  }

  /// Adds a message and gives its number.
  mutating func add(tag: UInt64, _ permit: BreakerMachine.Permit) -> UInt64 {
    entries.append(Entry(tag: tag, stage: .waiting(permit)))
    return firstNumber + UInt64(count - 1)
  }

  /// The tag of a message that has no report yet.
  func tag(of number: UInt64) -> UInt64? {
    guard let index = index(of: number) else { return nil }
    return entries[index].tag
  }

  /// Notes what became of a message; gives its permit, or nil if that was known.
  mutating func settle(
    _ number: UInt64, _ result: Result<KafkaPosition, KafkaFailure>
  ) -> BreakerMachine.Permit? {
    guard let index = index(of: number), case .waiting(let permit) = entries[index].stage else {
      return nil
    }
    entries[index].stage = .settled(result)
    return permit
  }

  /// Takes back a message that librdkafka did not take.
  ///
  /// - Returns: whether it was still waiting.
  mutating func withdraw(_ number: UInt64) -> Bool {
    guard let index = index(of: number), case .waiting = entries[index].stage else { return false }
    if index == entries.count - 1 {
      entries.removeLast()
    } else {
      entries[index].stage = .withdrawn
    }
    return true
  }

  /// Settles all that wait, and gives their permits.
  mutating func settleAll(_ failure: KafkaFailure) -> [BreakerMachine.Permit] {
    var permits: [BreakerMachine.Permit] = []
    for index in entries.indices.dropFirst(start) {
      guard case .waiting(let permit) = entries[index].stage else { continue }
      permits.append(permit)
      entries[index].stage = .settled(.failure(failure))
    }
    return permits
  }

  /// Takes at most `countMax` reports, up to the first message that has none.
  mutating func take(_ countMax: Int) -> [KafkaDelivery] {
    var taken: [KafkaDelivery] = []
    loop: while start < entries.count, taken.count < countMax {
      switch entries[start].stage {
      case .waiting: break loop
      case .withdrawn: break
      case .settled(let result):
        taken.append(KafkaDelivery(tag: entries[start].tag, result: result))
      }
      // What it holds is let go now, and not when the array is tidied up.
      entries[start].stage = .withdrawn
      start += 1
      firstNumber += 1
    }
    if start > 1_024, start > entries.count / 2 {
      entries.removeFirst(start)
      start = 0
    }
    return taken
  }

  private func index(of number: UInt64) -> Int? {
    guard number >= firstNumber, number - firstNumber < UInt64(count) else { return nil }
    return start + Int(number - firstNumber)
  }
}

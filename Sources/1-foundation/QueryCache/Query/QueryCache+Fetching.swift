import OmniClocks
import OmniTime
import Synchronization

extension QueryCache {
  /// The promises of fields; those that nobody fetches yet are fetched from now on.
  ///
  /// - Parameter isRefreshing: Whether they are fetched though the memory has them.
  func promises(for places: [Place], isRefreshing: Bool = false) -> [(Place, FieldPromise)] {
    state.withLock { state in
      var wanted: [Place: FieldPromise] = [:]
      let all = places.map { place in
        if let promise = state.promises[place] {
          state.counts.joined += 1
          return (place, promise)
        }
        let promise = FieldPromise()
        // It may have been kept between the look and the lock.
        if !isRefreshing, let landed = landed(place) {
          promise.fulfil(landed)
          return (place, promise)
        }
        state.promises[place] = promise
        wanted[place] = promise
        return (place, promise)
      }
      guard !wanted.isEmpty else { return all }
      state.lastFlight += 1
      let number = state.lastFlight
      let flight = wanted
      // The count with which the fetching begins: read before anything is fetched.
      let began = generations.present
      // Owned by the table of flights until it has ended.
      state.flights[number] = Task {
        await fetch(flight, began: began)
        self.state.withLock { _ = $0.flights.removeValue(forKey: number) }
      }
      return all
    }
  }

  private func landed(_ place: Place) -> QueryResult.Field? {
    guard let kept = memories[place.partition]?.peek(place.key)?.value,
      generations.isValid(kept.began, stamps: { stamps(of: place) }), time.now() < kept.freshUntil
    else { return nil }
    return kept.value.map { .value($0, from: .memory, isStale: false) } ?? .absent
  }

  /// Tells the tier of stamps that it does not know were raised.
  func tell(_ tier: any QueryTier) async {
    let untold = state.withLock { $0.untold }
    guard !untold.isEmpty else { return }
    do {
      try await limited { try await tier.raise(untold.keys.sorted()) }
      state.withLock { state in
        for (stamp, number) in untold where state.untold[stamp] == number {
          state.untold[stamp] = nil
        }
      }
    } catch {
      state.withLock { $0.counts.tierFailures += 1 }
    }
  }

  private func fetch(_ promises: [Place: FieldPromise], began: UInt64) async {
    var missing = promises
    var stamps: [Place: [UInt64]] = [:]
    if let tier, let answer = await read(tier, Array(promises.keys)) {
      stamps = answer.stamps
      for (place, record) in answer.found {
        guard let promise = missing.removeValue(forKey: place) else { continue }
        keep(place, record.value, rest: record.rest, cost: record.cost, began: began)
        finish(place, promise, record.value, from: .tier)
      }
    }
    let groups = Dictionary(grouping: missing) { served[$0.key.field]?.resolver.name ?? "" }
    await withDiscardingTaskGroup { group in
      for places in groups.values {
        let known = stamps
        group.addTask { [self] in
          await ask(
            Dictionary(uniqueKeysWithValues: places.map { ($0.key, $0.value) }), known, began)
        }
      }
    }
  }

  private struct Found {
    let value: [UInt8]?
    let rest: Interval
    let cost: Interval
  }

  private struct Reading {
    var found: [Place: Found] = [:]
    var stamps: [Place: [UInt64]] = [:]
  }

  /// Reads fields and their stamps from the tier in one trip; nil if it is away.
  private func read(_ tier: any QueryTier, _ places: [Place]) async -> Reading? {
    await tell(tier)
    // What it was not told of may hold for anything that it has.
    guard state.withLock({ $0.untold.isEmpty }) else { return nil }
    let names = places.map { stamps(of: $0) }
    let distinct = Array(Set(names.joined())).sorted()
    let answer: TierAnswer
    do {
      answer = try await limited {
        try await tier.read(keys: places.map(\.key), stamps: distinct)
      }
    } catch {
      state.withLock { $0.counts.tierFailures += 1 }
      return nil
    }
    guard answer.entries.count == places.count, answer.stamps.count == distinct.count else {
      state.withLock { $0.counts.tierFailures += 1 }
      return nil
    }
    let present = Dictionary(uniqueKeysWithValues: zip(distinct, answer.stamps))
    var reading = Reading()
    for (index, place) in places.enumerated() {
      let stamps = names[index].map { present[$0] ?? 0 }
      reading.stamps[place] = stamps
      guard let entry = answer.entries[index] else { continue }
      guard let record = TierRecord(entry.bytes) else {
        state.withLock { $0.counts.damaged += 1 }
        continue
      }
      // What is stale is fetched anew here: there is somebody who waits.
      let rest = entry.rest - record.staleFor
      guard record.stamps == stamps, rest > .zero else { continue }
      reading.found[place] = Found(value: record.value, rest: rest, cost: record.cost)
    }
    return reading
  }

  /// Asks one service for fields of one entity.
  private func ask(
    _ promises: [Place: FieldPromise], _ stamps: [Place: [UInt64]], _ began: UInt64
  ) async {
    guard let first = promises.first?.key, let service = served[first.field]?.resolver else {
      return
    }
    var missing = promises
    let lock = await lock(first, service.name, stamps.isEmpty ? nil : tier)
    if case .others = lock, let tier {
      // Another node has fetched, or its time is over.
      if let answer = await read(tier, Array(missing.keys)) {
        for (place, found) in answer.found {
          guard let promise = missing.removeValue(forKey: place) else { continue }
          keep(place, found.value, rest: found.rest, cost: found.cost, began: began)
          finish(place, promise, found.value, from: .tier)
        }
      }
    }
    if !missing.isEmpty { await call(service, first.entity, missing, stamps, began) }
    if case .own(let key, let token) = lock, let tier {
      do {
        try await limited { try await tier.unlock(key, token) }
      } catch {
        // It ends by itself.
        state.withLock { $0.counts.tierFailures += 1 }
      }
    }
  }

  private func call(
    _ service: any FieldResolver, _ entity: String, _ promises: [Place: FieldPromise],
    _ stamps: [Place: [UInt64]], _ began: UInt64
  ) async {
    let fields = promises.keys.map(\.field).sorted()
    let start = time.now()
    state.withLock { $0.counts.calls += 1 }
    do {
      let answer = try await withTimeLimit(configuration.callLimit, time: time) {
        try await service.resolve(entity, fields)
      }
      let cost = time.now() - start
      var entries: [TierEntry] = []
      for (place, promise) in promises {
        let value = answer[place.field]
        if let entry = store(place, value, cost: cost, stamps[place], began) {
          entries.append(entry)
        }
        state.withLock { $0.counts.fetched += 1 }
        finish(place, promise, value, from: .service)
      }
      await write(entries)
    } catch {
      state.withLock { $0.counts.failedCalls += 1 }
      let failure = QueryResult.Failure.service(name: service.name, reason: "\(error)")
      for (place, promise) in promises { finish(place, promise, .failed(failure)) }
    }
  }

  /// Keeps a value in memory, and gives what the tier is to keep.
  private func store(
    _ place: Place, _ value: [UInt8]?, cost: Interval, _ stamps: [UInt64]?, _ began: UInt64
  ) -> TierEntry? {
    guard let rule = served[place.field]?.rule.freshness,
      (value?.count ?? 0) <= configuration.valueBytesMax
    else { return nil }
    let base = value == nil ? rule.absentFor : rule.lasting
    guard base > .zero else { return nil }
    let rest = rule.varied(base, draw: draw())
    keep(place, value, rest: rest, cost: cost, began: began)
    guard let stamps else { return nil }
    let staleFor = value == nil ? .zero : rule.staleFor
    let record = TierRecord(value: value, staleFor: staleFor, cost: cost, stamps: stamps)
    return TierEntry(key: place.key, bytes: record.bytes, lasting: rest + staleFor)
  }

  private func keep(
    _ place: Place, _ value: [UInt8]?, rest: Interval, cost: Interval, began: UInt64
  ) {
    guard let memory = memories[place.partition], let rule = served[place.field]?.rule.freshness,
      (value?.count ?? 0) <= configuration.valueBytesMax
    else { return }
    let kept = Kept(value: value, began: began, freshUntil: time.now() + rest, cost: cost)
    let lasting = value == nil ? rest : rest + rule.staleFor
    memory.insert(kept, for: place.key, lasting: lasting)
  }

  private func finish(
    _ place: Place, _ promise: FieldPromise, _ value: [UInt8]?, from origin: QueryResult.Origin
  ) {
    state.withLock { state in
      if origin == .tier { state.counts.tierHits += 1 }
      if value == nil { state.counts.absent += 1 }
    }
    finish(
      place, promise, value.map { .value($0, from: origin, isStale: false) } ?? .absent)
  }

  private func finish(_ place: Place, _ promise: FieldPromise, _ answer: QueryResult.Field) {
    // Out of the table first: who comes after finds it in memory.
    state.withLock { state in
      if state.promises[place] === promise { state.promises[place] = nil }
    }
    promise.fulfil(answer)
  }

  private func write(_ entries: [TierEntry]) async {
    guard let tier, !entries.isEmpty else { return }
    do {
      try await limited { try await tier.write(entries) }
    } catch {
      state.withLock { $0.counts.tierFailures += 1 }
    }
  }

  private enum FetchLock {
    /// Nobody is asked.
    case none
    /// This node fetches for all.
    case own(key: String, token: UInt64)
    /// Another one did.
    case others
  }

  /// Finds out whether this node fetches, and waits for the one that does.
  private func lock(_ place: Place, _ service: String, _ tier: (any QueryTier)?) async -> FetchLock
  {
    guard let tier, configuration.fetchAlone > .zero else { return .none }
    let key = "l\(place.partition)\u{1F}\(place.entity)\u{1F}\(service)"
    let end = time.now() + configuration.fetchAlone
    var pause = Interval.milliseconds(2)
    var hasWaited = false
    do {
      while true {
        let lasting = configuration.fetchAlone
        let token: UInt64? = try await limited { try await tier.lock(key, lasting: lasting) }
        if let token {
          guard hasWaited else { return .own(key: key, token: token) }
          try await limited { try await tier.unlock(key, token) }
          return .others
        }
        guard time.now() < end else { return .others }
        hasWaited = true
        try await time.sleep(for: pause)
        pause = min(.milliseconds(50), pause + pause)
      }
    } catch {
      state.withLock { $0.counts.tierFailures += 1 }
      return .none
    }
  }

  /// Does something with the tier, for a limited time.
  private func limited<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withTimeLimit(configuration.tierLimit, time: time, body)
  }
}

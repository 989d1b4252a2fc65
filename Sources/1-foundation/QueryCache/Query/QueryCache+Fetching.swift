import OmniClocks
import OmniTime
import Synchronization

extension QueryCache {
  typealias Promised = (place: Place, promise: FieldPromise)

  /// What is fetched at once.
  private struct Flight {
    let number: UInt64
    let promises: [Promised]
    /// The count with which the fetching begins.
    let began: UInt64
  }

  /// The promises of fields; those that nobody fetches yet are fetched from now on.
  ///
  /// - Parameter isRefreshing: Whether they are fetched though the memory has them.
  func promises(for places: [Place], isRefreshing: Bool = false) -> [Promised] {
    let (all, flight) = state.withLock { state -> ([Promised], Flight?) in
      var wanted: [Promised] = []
      let all: [Promised] = places.map { place in
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
        wanted.append((place, promise))
        return (place, promise)
      }
      guard !wanted.isEmpty else { return (all, nil) }
      state.lastFlight += 1
      state.flights.insert(state.lastFlight)
      // The count is read before anything is fetched.
      return (
        all, Flight(number: state.lastFlight, promises: wanted, began: generations.present)
      )
    }
    if let flight { start(flight, isInPlace: !isRefreshing && tier?.isPrompt == true) }
    return all
  }

  /// Fetches, whatever becomes of those who wait for it.
  ///
  /// - Parameter isInPlace: Whether it begins on this thread, and on another one only after it has
  ///   suspended.
  private func start(_ flight: Flight, isInPlace: Bool) {
    if isInPlace {
      // Owned by the table of flights until it has ended.
      Task.immediate { await run(flight) }
    } else {
      // Owned by the table of flights until it has ended.
      Task { await run(flight) }
    }
  }

  private func run(_ flight: Flight) async {
    await fetch(flight.promises, began: flight.began)
    let settling = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.flights.remove(flight.number)
      guard state.flights.isEmpty else { return [] }
      defer { state.settling = [] }
      return state.settling
    }
    for continuation in settling { continuation.resume() }
  }

  private func landed(_ place: Place) -> QueryResult.Field? {
    guard let kept = memories[place.partition]?.peek(place.key)?.value,
      generations.isValid(kept.began, stamps: { stamps(of: place) }), time.now() < kept.freshUntil
    else { return nil }
    return kept.value.map { .value($0, from: .memory, isStale: false) } ?? .absent
  }

  /// Tells the tier of stamps that it does not know were raised.
  ///
  /// - Returns: Whether it knows of all now.
  func tell(_ tier: any QueryTier) async -> Bool {
    let untold = state.withLock { $0.untold }
    guard !untold.isEmpty else { return true }
    do {
      try await limited { try await tier.raise(untold.keys.sorted()) }
      return state.withLock { state in
        for (stamp, number) in untold where state.untold[stamp] == number {
          state.untold[stamp] = nil
        }
        return state.untold.isEmpty
      }
    } catch {
      state.withLock { $0.counts.tierFailures += 1 }
      return false
    }
  }

  private func fetch(_ promises: [Promised], began: UInt64) async {
    var missing = promises
    var stamps: [Place: [UInt64]] = [:]
    if let tier, let reading = await read(tier, promises.map(\.place)) {
      missing = take(reading, promises, began)
      for (place, stamp) in zip(promises, reading.stamps) where !missing.isEmpty {
        stamps[place.place] = stamp
      }
    }
    guard !missing.isEmpty else { return }
    let groups = Dictionary(grouping: missing) { served[$0.place.field]?.resolver.name ?? "" }
    await withDiscardingTaskGroup { group in
      for places in groups.values {
        let known = stamps
        group.addTask { [self] in await ask(places, known, began) }
      }
    }
  }

  private struct Found {
    let value: [UInt8]?
    let rest: Interval
    let cost: Interval
  }

  /// What the tier has, in the order of the places that it was asked for.
  private struct Reading {
    var found: [Found?] = []
    var stamps: [[UInt64]] = []
  }

  /// Keeps and hands out what the tier had, and gives those that it did not have.
  private func take(
    _ reading: Reading, _ promises: [Promised], _ began: UInt64
  ) -> [Promised] {
    var missing: [Promised] = []
    var landed: [(Promised, value: [UInt8]?)] = []
    for (promised, found) in zip(promises, reading.found) {
      guard let found else {
        missing.append(promised)
        continue
      }
      keep(promised.place, found.value, rest: found.rest, cost: found.cost, began: began)
      landed.append((promised, found.value))
    }
    finish(landed, from: .tier)
    return missing
  }

  /// Reads fields and their stamps from the tier in one trip; nil if it is away.
  private func read(_ tier: any QueryTier, _ places: [Place]) async -> Reading? {
    // What it was not told of may hold for anything that it has.
    guard await tell(tier) else { return nil }
    let (names, positions) = stampNames(of: places)
    let answer: TierAnswer
    do {
      answer = try await limited {
        try await tier.read(keys: places.map(\.key), stamps: names)
      }
    } catch {
      state.withLock { $0.counts.tierFailures += 1 }
      return nil
    }
    guard answer.entries.count == places.count, answer.stamps.count == names.count else {
      state.withLock { $0.counts.tierFailures += 1 }
      return nil
    }
    var reading = Reading()
    for (entry, positions) in zip(answer.entries, positions) {
      let stamps = positions.map { answer.stamps[$0] }
      reading.stamps.append(stamps)
      reading.found.append(entry.flatMap { found(in: $0, stamps) })
    }
    return reading
  }

  /// What an entry says; nil if it says nothing any more.
  private func found(in entry: TierAnswer.Found, _ stamps: [UInt64]) -> Found? {
    guard let record = TierRecord(entry.bytes) else {
      state.withLock { $0.counts.damaged += 1 }
      return nil
    }
    // What is stale is fetched anew here: there is somebody who waits.
    let rest = entry.rest - record.staleFor
    guard record.stamps == stamps, rest > .zero else { return nil }
    return Found(value: record.value, rest: rest, cost: record.cost)
  }

  /// The names of all stamps of some fields, each once, and where among them those of each field are.
  private func stampNames(of places: [Place]) -> ([String], [[Int]]) {
    var names: [String] = []
    var position: [String: Int] = [:]
    var positions: [[Int]] = []
    for (index, place) in places.enumerated() {
      // Most fields of a query have the same.
      if index > 0, haveSameStamps(place, places[index - 1]) {
        positions.append(positions[index - 1])
        continue
      }
      positions.append(
        stamps(of: place).map { name in
          if let known = position[name] { return known }
          position[name] = names.count
          names.append(name)
          return names.count - 1
        })
    }
    return (names, positions)
  }

  private func haveSameStamps(_ one: Place, _ other: Place) -> Bool {
    one.partition == other.partition && one.entity == other.entity
      && served[one.field]?.rule.tags == served[other.field]?.rule.tags
  }

  /// Asks one service for fields of one entity.
  private func ask(
    _ promises: [Promised], _ stamps: [Place: [UInt64]], _ began: UInt64
  ) async {
    guard let first = promises.first?.place, let service = served[first.field]?.resolver else {
      return
    }
    var missing = promises
    let lock = await lock(first, service.name, stamps.isEmpty ? nil : tier)
    if case .others = lock, let tier {
      // Another node has fetched, or its time is over.
      if let reading = await read(tier, missing.map(\.place)) {
        missing = take(reading, missing, began)
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
    _ service: any FieldResolver, _ entity: String, _ promises: [Promised],
    _ stamps: [Place: [UInt64]], _ began: UInt64
  ) async {
    let fields = promises.map(\.place.field).sorted()
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
        finish([((place, promise), value)], from: .service)
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

  /// Hands out values that were kept before, if they can be.
  private func finish(
    _ landed: [(Promised, value: [UInt8]?)], from origin: QueryResult.Origin
  ) {
    state.withLock { state in
      for ((place, promise), value) in landed {
        if origin == .tier { state.counts.tierHits += 1 }
        if value == nil { state.counts.absent += 1 }
        // Out of the table first: who comes after finds it in memory.
        if state.promises[place] === promise { state.promises[place] = nil }
      }
    }
    for ((_, promise), value) in landed {
      promise.fulfil(value.map { .value($0, from: origin, isStale: false) } ?? .absent)
    }
  }

  private func finish(_ place: Place, _ promise: FieldPromise, _ answer: QueryResult.Field) {
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

  /// Does something with the tier, for a limited time; on this thread as far as the tier is prompt.
  private func limited<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withTimeLimit(
      configuration.tierLimit, time: time, startsInPlace: tier?.isPrompt == true, body)
  }
}

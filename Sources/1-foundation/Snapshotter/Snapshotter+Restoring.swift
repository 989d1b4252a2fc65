// Finding the snapshot to begin from, and putting it together.
extension Snapshotter where Store: ~Copyable, Log: ~Copyable {
  /// Looks up what there is of `stream`, and sorts out what its key alone rules out.
  @usableFromInline
  func beginSearch(
    _ stream: StreamName, upTo wanted: UInt64?
  ) throws(SnapshotterFailure) -> SnapshotSearch {
    var report = RehydrationReport()
    // Keys before the version: a snapshot that is ahead of a log looked at later has no excuse.
    let keys = listed(stream, &report)
    let actual = try wrappingLog { () throws(EventLogFailure) in try log.version(of: stream) }
    let target = wanted ?? actual
    guard target <= actual else { throw .versionAhead(wanted: target, actual: actual) }
    var candidates: [SnapshotKey] = []
    var stale: [SnapshotKey] = []
    for key in keys {
      if let flaw = Self.flaw(of: key, stream: stream, actual: actual) {
        report.note(flaw, of: key)
        if flaw == .aheadOfLog { stale.append(key) }
      } else if key.version <= target {
        candidates.append(key)
      }
    }
    // Of one version, the schema that needs no upcaster, or the fewest.
    candidates.sort()
    return SnapshotSearch(
      target: target, candidates: candidates, stale: stale, report: report)
  }

  /// The keys that the store lists, or none if it fails.
  private func listed(_ stream: StreamName, _ report: inout RehydrationReport) -> [SnapshotKey] {
    do throws(SnapshotStoreFailure) {
      return try store.keys(of: stream)
    } catch {
      report.note(error)
      return []
    }
  }

  /// Why a snapshot of `key` is of no use whatever it holds, if it is.
  static func flaw(
    of key: SnapshotKey, stream: StreamName, actual: UInt64
  ) -> SnapshotFlaw? {
    if key.stream != stream { return .misplaced }
    if key.version == 0 { return .malformed }
    if key.version > actual { return .aheadOfLog }
    if key.reducerFingerprint != Model.reducerFingerprint { return .otherReducer }
    if key.schemaVersion > Model.schemaVersion { return .newerSchema }
    if key.schemaVersion < Model.schemaVersion,
      !Model.upcasters.covers(from: key.schemaVersion, to: Model.schemaVersion)
    {
      return .missingUpcaster
    }
    return nil
  }

  /// The newest snapshot that has not been tried and can be put together.
  @usableFromInline
  func nextCandidate(_ search: inout SnapshotSearch) -> RestoredSnapshot? {
    while let key = search.takeCandidate() {
      if search.rejected[key] != nil { continue }
      do throws(SnapshotFlaw) {
        return try restore(key, &search)
      } catch {
        search.reject(key, error)
      }
    }
    return nil
  }

  /// Puts the snapshot `key` together from its base and deltas, and brings it to today's schema.
  func restore(
    _ key: SnapshotKey, _ search: inout SnapshotSearch
  ) throws(SnapshotFlaw) -> RestoredSnapshot {
    let records = try chain(of: key, &search)
    guard let top = records.first, let base = records.last else { throw .vanished }
    var payload = base.payload
    var deltaBytes: UInt64 = 0
    for record in records.dropLast().reversed() {
      do throws(ByteDelta.Failure) {
        payload = try ByteDelta.apply(
          record.payload, to: payload, resultBytesMax: SnapshotRecord.payloadBytesMax)
      } catch {
        search.reject(record.key, .wrongDelta)
        throw record.key == key ? .wrongDelta : .brokenChain
      }
      deltaBytes += UInt64(record.payload.count)
    }
    let isToday = key.schemaVersion == Model.schemaVersion
    let chain = SnapshotChain(
      payload: payload, version: key.version, baseVersion: base.key.version,
      baseBytes: UInt64(base.payload.count), deltaVersions: records.dropLast().map(\.key.version),
      deltaBytes: deltaBytes)
    if !isToday {
      payload = try Model.upcasters.upcast(
        payload, from: key.schemaVersion, to: Model.schemaVersion)
    }
    return RestoredSnapshot(
      key: key, payload: payload, createdAt: top.createdAt, eventChecksum: top.eventChecksum,
      chain: isToday && configuration.chainRule.deltasMax > 0 ? chain : nil,
      deltas: records.count - 1, bytesRead: UInt64(base.payload.count) + deltaBytes,
      parts: records.map(\.key))
  }

  /// The record of `key` and all that it builds on, the base last.
  func chain(
    of key: SnapshotKey, _ search: inout SnapshotSearch
  ) throws(SnapshotFlaw) -> [SnapshotRecord] {
    var records: [SnapshotRecord] = []
    var next = key
    while true {
      guard records.count <= ChainRule.deltasLimit else { throw .brokenChain }
      let record: SnapshotRecord
      do throws(SnapshotFlaw) {
        record = try load(next, &search)
      } catch {
        if next == key { throw error }
        search.reject(next, error)
        throw .brokenChain
      }
      records.append(record)
      // Versions fall with each step, so that the walk ends. The base may be a later one than the
      // record knows, if one between was replaced: the delta itself tells if its source is right.
      guard case .delta(let parent, _) = record.kind else { return records }
      next = next.at(parent)
    }
  }

  /// The record that is kept under `key`, checked.
  private func load(
    _ key: SnapshotKey, _ search: inout SnapshotSearch
  ) throws(SnapshotFlaw) -> SnapshotRecord {
    if let flaw = search.rejected[key] { throw flaw }
    let bytes: [UInt8]?
    do throws(SnapshotStoreFailure) {
      bytes = try store.load(key)
    } catch {
      search.report.note(error)
      throw .unreadable
    }
    guard let bytes else { throw .vanished }
    let record = try SnapshotRecord(decoding: bytes)
    guard record.key == key else { throw .misplaced }
    return record
  }

  /// Reads the events of `stream` after `version`, none of them beyond `target`.
  @usableFromInline
  func read(
    _ stream: StreamName, after version: UInt64, upTo target: UInt64, into batch: inout EventBatch
  ) throws(SnapshotterFailure) {
    batch.removeAll()
    guard version < target else { return }
    let limit = configuration.readLimit
    let events = Int(clamping: min(UInt64(limit.events), target - version))
    do throws(EventLogFailure) {
      try log.read(
        stream, after: version, limit: EventBatch.Limit(events: events, bytes: limit.bytes),
        into: &batch)
    } catch {
      throw .log(error)
    }
    // Applying events beyond the target would give a state that nobody asked for.
    guard batch.count <= events else {
      throw .log(.damaged(stream: stream, version: target))
    }
  }

  /// Ends a search with what was replayed, and counts it.
  @usableFromInline
  mutating func finish(
    _ search: SnapshotSearch, _ aggregate: inout Aggregate<Model>
  ) -> RehydrationReport {
    var report = search.report
    report.replayedEvents = aggregate.progress.events
    report.replayedBytes = aggregate.progress.bytes
    aggregate.stale = search.stale
    metrics.add(report)
    return report
  }

  func wrappingLog<Value>(
    _ body: () throws(EventLogFailure) -> Value
  ) throws(SnapshotterFailure) -> Value {
    do throws(EventLogFailure) { return try body() } catch { throw .log(error) }
  }
}

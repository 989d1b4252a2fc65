public import OmniTime

// Appending to the log, and taking snapshots.
extension Snapshotter where Store: ~Copyable, Log: ~Copyable {
  @usableFromInline
  mutating func appendToLog(
    _ batch: EventBatch, _ stream: StreamName, expecting expected: UInt64
  ) throws(SnapshotterFailure) {
    do throws(EventLogFailure) {
      _ = try log.append(batch, to: stream, expecting: expected)
    } catch {
      if case .conflict = error { metrics.conflicts += 1 }
      throw .log(error)
    }
    metrics.appendedEvents += UInt64(batch.count)
  }

  /// Removes what was taken of events that the log has lost, before it has others in their place.
  ///
  /// If the store refuses, the checksum of the last event still tells the two histories apart.
  @usableFromInline
  mutating func removeStale(_ aggregate: inout Aggregate<Model>) {
    for key in aggregate.stale {
      do throws(SnapshotStoreFailure) {
        if try store.remove(key) { metrics.pruned += 1 }
      } catch {
        metrics.writesFailed += 1
      }
    }
    aggregate.stale = []
  }

  @usableFromInline
  mutating func conflict(
    _ stream: StreamName, expected: UInt64, actual: UInt64
  ) -> SnapshotterFailure {
    metrics.conflicts += 1
    return .log(.conflict(stream: stream, expected: expected, actual: actual))
  }

  @usableFromInline
  mutating func snapshotIfDue(
    _ aggregate: inout Aggregate<Model>, now: Timestamp
  ) -> AppendReport {
    let triggers = configuration.policy.triggers(for: aggregate.progress, now: now, rates: rates)
    guard !triggers.isEmpty else { return AppendReport(version: aggregate.version) }
    // A store that is down must not cost each append the encoding of the state and a time-out.
    let isTried = aggregate.progress.events >= aggregate.retryAt
    return AppendReport(
      version: aggregate.version, triggers: triggers,
      snapshot: isTried ? snapshot(&aggregate, now: now) : .postponed)
  }

  /// Takes a snapshot of `aggregate` now, due or not, unless there is one of its version.
  ///
  /// - Returns: what became of it. A damaged snapshot of the version is replaced.
  /// - Complexity: O(bytes of the state).
  @discardableResult
  public mutating func snapshot(
    _ aggregate: inout Aggregate<Model>, now: Timestamp
  ) -> AppendReport.Snapshot {
    guard aggregate.version > 0 else { return .nothingToKeep }
    let state = Model.encode(aggregate.state)
    guard state.count <= SnapshotRecord.payloadBytesMax else {
      failed(&aggregate)
      return .tooLarge(bytes: state.count)
    }
    let draft = draft(of: aggregate, state)
    let record = SnapshotRecord(
      key: aggregate.key, kind: draft.kind, createdAt: now,
      eventChecksum: aggregate.eventChecksum, payload: draft.payload)
    do throws(SnapshotStoreFailure) {
      let bytes = record.encoded()
      guard try store.put(bytes, for: record.key) else {
        return try settle(record, bytes, draft, &aggregate)
      }
      wrote(record, bytes.count, draft, &aggregate)
      return .written(kind: draft.kind, bytes: bytes.count, reason: draft.reason)
    } catch {
      failed(&aggregate)
      return .failed(error)
    }
  }

  /// Counts a snapshot that was not stored, and puts the next attempt off.
  private mutating func failed(_ aggregate: inout Aggregate<Model>) {
    metrics.writesFailed += 1
    let (twice, overflow) = aggregate.progress.events.multipliedReportingOverflow(by: 2)
    aggregate.retryAt = overflow ? .max : twice
  }

  /// Decides whether `state` becomes a base or a delta.
  private func draft(of aggregate: Aggregate<Model>, _ state: [UInt8]) -> SnapshotDraft {
    let version = aggregate.version
    var base = SnapshotDraft(
      kind: .base, payload: state,
      chain: SnapshotChain(
        payload: state, version: version, baseVersion: version, baseBytes: UInt64(state.count)))
    guard configuration.chainRule.deltasMax > 0, let chain = aggregate.chain,
      chain.version < version
    else { return base }
    // The length is known before the work of a delta is done.
    var cost = ChainRule.Cost(
      deltas: chain.deltaVersions.count + 1, baseBytes: chain.baseBytes,
      deltaBytes: chain.deltaBytes,
      eventsAfter: aggregate.progress.events)
    base.reason = configuration.chainRule.reasonForBase(cost, rates: rates)
    if base.reason == nil && !isThere(chain, of: aggregate.key) { base.reason = .lost }
    if base.reason != nil { return base }
    let delta = ByteDelta.make(from: chain.payload, to: state)
    let deltaBytes = chain.deltaBytes + UInt64(delta.count)
    cost = ChainRule.Cost(
      deltas: cost.deltas, baseBytes: cost.baseBytes, deltaBytes: deltaBytes,
      eventsAfter: cost.eventsAfter)
    base.reason = configuration.chainRule.reasonForBase(cost, rates: rates)
    if base.reason != nil || delta.count > SnapshotRecord.payloadBytesMax { return base }
    return SnapshotDraft(
      kind: .delta(parent: chain.version, base: chain.baseVersion), payload: delta,
      chain: SnapshotChain(
        payload: state, version: version, baseVersion: chain.baseVersion,
        baseBytes: chain.baseBytes, deltaVersions: chain.deltaVersions + [version],
        deltaBytes: deltaBytes))
  }

  /// Whether the store still has all parts of `chain`; what a delta builds on may be lost.
  private func isThere(_ chain: SnapshotChain, of key: SnapshotKey) -> Bool {
    do throws(SnapshotStoreFailure) {
      let keys = Set(try store.keys(of: key.stream))
      return ([chain.baseVersion] + chain.deltaVersions).allSatisfy { keys.contains(key.at($0)) }
    } catch {
      return false
    }
  }

  /// Goes by what somebody else has stored under the record's key, or replaces it if it is bad.
  private mutating func settle(
    _ record: SnapshotRecord, _ bytes: [UInt8], _ draft: SnapshotDraft,
    _ aggregate: inout Aggregate<Model>
  ) throws(SnapshotStoreFailure) -> AppendReport.Snapshot {
    do throws(SnapshotFlaw) {
      let theirs = try usable(record.key, eventChecksum: record.eventChecksum)
      metrics.writesLost += 1
      // Their bytes may differ from ours, and it is theirs that a delta will be applied to.
      aggregate.chain = theirs.chain
      aggregate.progress = SnapshotPolicy.Progress(snapshotAt: theirs.createdAt)
      aggregate.retryAt = 0
      return .alreadyThere
    } catch {
      metrics.ignored[error] += 1
      guard error.isDamage else {
        aggregate.chain = nil
        return .alreadyThere
      }
    }
    _ = try store.remove(record.key)
    guard try store.put(bytes, for: record.key) else {
      metrics.writesLost += 1
      aggregate.chain = nil
      return .alreadyThere
    }
    metrics.repairs += 1
    wrote(record, bytes.count, draft, &aggregate)
    return .written(kind: draft.kind, bytes: bytes.count, reason: draft.reason)
  }

  /// What is stored under `key`, if it is a snapshot that a rehydration would use.
  func usable(
    _ key: SnapshotKey, eventChecksum: UInt32? = nil
  ) throws(SnapshotFlaw) -> RestoredSnapshot {
    var search = SnapshotSearch(target: key.version)
    let restored = try restore(key, &search)
    if let eventChecksum, eventChecksum != restored.eventChecksum { throw .otherHistory }
    do throws(CodecFailure) {
      _ = try Model.decodeState(restored.payload.span)
    } catch {
      throw .undecodable
    }
    return restored
  }

  private mutating func wrote(
    _ record: SnapshotRecord, _ bytes: Int, _ draft: SnapshotDraft,
    _ aggregate: inout Aggregate<Model>
  ) {
    if record.kind == .base { metrics.basesWritten += 1 } else { metrics.deltasWritten += 1 }
    metrics.bytesWritten += UInt64(bytes)
    aggregate.chain = configuration.chainRule.deltasMax > 0 ? draft.chain : nil
    aggregate.progress = SnapshotPolicy.Progress(snapshotAt: record.createdAt)
    aggregate.retryAt = 0
  }
}

/// A snapshot before it is stored, and what a delta on it would build on.
private struct SnapshotDraft {
  let kind: SnapshotRecord.Kind
  let payload: [UInt8]
  let chain: SnapshotChain
  var reason: ChainRule.Reason?
}

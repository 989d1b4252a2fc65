// Removing snapshots that nobody needs.
extension Snapshotter where Store: ~Copyable, Log: ~Copyable {
  /// Removes snapshots of `stream` but those that `rule` keeps.
  ///
  /// A snapshot that stays is put together and held against the log before anything is removed,
  /// so that a damaged one never takes the place of a good one. Newer ones are removed before what
  /// they build on: whenever this stops, what is left can be used.
  ///
  /// - Throws: ``SnapshotterFailure/log(_:)``, or ``SnapshotterFailure/store(_:)``; if the store
  ///   fails while snapshots are looked at, nothing is removed.
  /// - Complexity: O(snapshots), and the bytes of those that stay.
  @discardableResult
  public mutating func prune(
    _ stream: StreamName, keep rule: RetentionRule
  ) throws(SnapshotterFailure) -> PruneReport {
    let keys = try wrappingStore { () throws(SnapshotStoreFailure) in
      try store.keys(of: stream)
    }
    let actual = try wrappingLog { () throws(EventLogFailure) in try log.version(of: stream) }
    var search = SnapshotSearch(target: actual)
    var kept = try newestParts(keys, stream, rule, &search)
    let hasUsable = !kept.isEmpty
    for key in keys where rule.holds.contains(key.version) {
      kept.insert(key)
      kept.formUnion(needed(by: key, of: keys, &search))
    }
    for key in keys {
      switch Self.flaw(of: key, stream: stream, actual: actual) {
      case .otherReducer, .newerSchema, .missingUpcaster:
        if !rule.removesForeign || !hasUsable { kept.insert(key) }
      case .misplaced: kept.insert(key)
      default: break
      }
    }
    if let failure = search.report.storeFailure { throw .store(failure) }
    var removed: [SnapshotKey] = []
    for key in keys.sorted().reversed() where !kept.contains(key) {
      do throws(SnapshotStoreFailure) {
        if try store.remove(key) { metrics.pruned += 1 }
      } catch {
        throw .store(error)
      }
      removed.append(key)
    }
    return PruneReport(kept: keys.filter(kept.contains).sorted(), removed: removed)
  }

  /// What the newest snapshots that can be used are put together from.
  private func newestParts(
    _ keys: [SnapshotKey], _ stream: StreamName, _ rule: RetentionRule,
    _ search: inout SnapshotSearch
  ) throws(SnapshotterFailure) -> Set<SnapshotKey> {
    var parts: Set<SnapshotKey> = []
    var found = 0
    var event = EventBatch()
    for key in keys.sorted().reversed() where found < rule.newest {
      guard Self.flaw(of: key, stream: stream, actual: search.target) == nil,
        let restored = decodable(key, &search)
      else { continue }
      try read(stream, after: key.version - 1, upTo: key.version, into: &event)
      guard search.accept(restored, ifLastEventIsFirstOf: event) else { continue }
      parts.formUnion(restored.parts)
      found += 1
    }
    return parts
  }

  /// The snapshot `key`, if it can be put together and read.
  private func decodable(
    _ key: SnapshotKey, _ search: inout SnapshotSearch
  ) -> RestoredSnapshot? {
    do throws(SnapshotFlaw) {
      let restored = try restore(key, &search)
      return Self.state(of: restored, &search) == nil ? nil : restored
    } catch {
      search.reject(key, error)
      return nil
    }
  }

  /// What the snapshot `key` builds on; if that cannot be told, all that it might build on.
  private func needed(
    by key: SnapshotKey, of keys: [SnapshotKey], _ search: inout SnapshotSearch
  ) -> [SnapshotKey] {
    do throws(SnapshotFlaw) {
      return try chain(of: key, &search).map(\.key)
    } catch {
      return keys.filter { $0 == key.at($0.version) && $0.version < key.version }
    }
  }

  private func wrappingStore<Value>(
    _ body: () throws(SnapshotStoreFailure) -> Value
  ) throws(SnapshotterFailure) -> Value {
    do throws(SnapshotStoreFailure) { return try body() } catch { throw .store(error) }
  }
}

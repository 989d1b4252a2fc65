/// Simulates the clusters of `seeds`, one after the other, up to the first that fails; those of odd
/// seeds have a slow service.
///
/// - Parameter output: Is given one line for each seed, and the failure if there is one.
/// - Returns: Whether every check held.
public func runClusters(seeds: Range<UInt64>, output: (String) -> Void) -> Bool {
  for seed in seeds {
    do throws(ClusterFailure) {
      var cluster = ClusterSimulation(seed: seed)
      cluster.isServiceSlow = seed % 2 == 1
      output(try cluster.run().line)
    } catch {
      output(error.description)
      return false
    }
  }
  return true
}

extension ClusterReport {
  /// One line that says what happened.
  public var line: String {
    let seconds = simulatedNanoseconds / 1_000_000_000
    let ended = ClusterEnding.allCases.map { "\(endings[$0] ?? 0) \($0.rawValue)" }
    return "seed \(seed): \(seconds) s, \(nodes) nodes, \(events) events, \(faults) faults, "
      + "\(storeDeaths) deaths and \(storeLosses) losses of the store, \(tables) changes of nodes; "
      + ended.joined(separator: ", ")
      + "; \(memoryHits) hits in memory, \(storeHits) in the store, \(calls) calls, "
      + "\(decidedAlone) decided alone, \(openings) openings, \(staleResults) stale, "
      + "limits shut for \(lockoutNanosecondsMax / 1_000_000) ms at most, "
      + "goodput \(goodputPercent) %; \(checks) checks held; digest "
      + String(digest, radix: 16)
  }
}

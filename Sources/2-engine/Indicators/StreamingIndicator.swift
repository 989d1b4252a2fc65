public import OmniEncoding

/// A figure that is kept up to date as prices arrive, one update at a time.
///
/// Each indicator adds `update`, with the inputs that it needs, and `value`, which is `nil` until it
/// is defined. All are plain values: a copy goes its own way from the moment of copying.
///
/// A snapshot is a list of 64-bit words. An indicator that was restored from one goes on with the
/// same bits as the one that wrote it:
///
///     before.encode(into: &sink)
///     var after = RelativeStrengthIndex(period: 14)
///     try after.decode(from: &source)
///
/// - Precondition: Inputs are finite and at most ``IndicatorLimits/magnitudeMax``. The caller checks
///   that where prices enter the system; updates only assert it, in debug builds.
public protocol StreamingIndicator: Sendable {
  /// The name by which traders know the indicator, such as `RSI`.
  static var shortName: String { get }

  /// Whether at least `warmUp` updates were seen.
  var isReady: Bool { get }

  /// How many updates it takes until the indicator is ready.
  var warmUp: Int { get }

  /// Forgets all updates and keeps the settings.
  ///
  /// - Complexity: No allocation.
  mutating func reset()

  /// Writes settings and state as words.
  func encode<Sink: WordSink & ~Copyable>(into sink: inout Sink)

  /// Takes over a state that an indicator with the same settings wrote.
  ///
  /// - Throws: ``IndicatorSnapshotFailure``; the indicator is then as it was before, but words have
  ///   been taken from `source`.
  mutating func decode<Source: WordSource & ~Copyable>(
    from source: inout Source
  ) throws(IndicatorSnapshotFailure)
}

/// How a column of whole numbers is written; its first byte.
///
/// | form | behind the first byte |
/// | --- | --- |
/// | `constant` | the value |
/// | `frame` | the values, packed |
/// | `delta` | the first value; each less the one before it, packed |
/// | `deltaOfTwo` | the first two values; each less the one two before it, packed |
/// | `doubleDelta` | the first value and difference; each difference less the one before it, packed |
/// | `runs` | the count of runs; their lengths less one, packed; a column of their values |
/// | `dictionary` | the count of entries, ascending as in `delta`; the entries' places, packed |
///
/// Single values are zigzag varints, counts are varints, and packed is what ``PackedNumbers`` writes.
enum ColumnForm: UInt8, CaseIterable {
  case constant, frame, delta, deltaOfTwo, doubleDelta, runs, dictionary

  /// How many entries a dictionary has at most, so that it stays in the nearest cache.
  static let entriesMax = 4_096
}

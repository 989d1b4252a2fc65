/// The limits that every configuration text has to keep.
public enum ConfigurationLimits {
  /// The largest text, in bytes.
  public static let textBytesMax = 4 * 1024 * 1024
  /// The deepest nesting of lists and maps, and the longest path in segments.
  public static let depthMax = 64
  /// The most values in one text: every scalar, list and map counts as one.
  public static let nodeCountMax = 262_144
  /// The most errors that one check of a schema reports.
  public static let errorCountMax = 50
  /// The longest excerpt of a value that an error shows, in characters.
  public static let excerptCharactersMax = 60
}

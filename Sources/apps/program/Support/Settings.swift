package import OmniConfiguration
package import OmniMatching
package import OmniStorage

/// The configuration in force: defaults, below a file, below what the command line sets.
///
/// - Invariant: every value is what its key wants; no key is unknown.
package struct Settings: Sendable {
  /// All layers, which know where each value was written.
  package let configuration: LayeredConfiguration
  /// How orders are assumed to be filled inside a bar.
  package let policy: FillPolicy
  /// The size of one file of the journal, in bytes.
  package let segmentBytes: Int
  /// What a commit to the journal survives.
  package let durability: JournalConfiguration.Durability

  /// Takes layers that were held against the schema.
  ///
  /// - Throws: The first value that is not what its key wants.
  init(_ configuration: LayeredConfiguration) throws(ConfigurationError) {
    self.configuration = configuration
    policy = try configuration.read(SettingsKeys.fillPolicy)
    segmentBytes = try configuration.read(SettingsKeys.segmentMebibytes) << 20
    durability = try configuration.read(SettingsKeys.durability)
  }
}

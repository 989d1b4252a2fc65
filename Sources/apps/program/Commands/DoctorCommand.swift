/// `omni doctor`: says whether the machine is fit, and what to do where it is not.
struct DoctorCommand: Command {
  static let name = "doctor"
  static let summary = "checks the machine, libraries, data, clock and configuration"
  static let options: [Option] = [
    Option("--licences", nil, "prints the licences of OMNI and of all parts that others wrote"),
    .config, .set,
    Option("--demo", "DIR", "the folder of the demo's files (\(DemoFiles.standard))"),
    Option("--data", "DIR", "the folder of imported bars (\(DataFolder.standard))"),
    .json,
  ]
  static let example = "omni doctor --config omni.yaml"

  static func run(_ arguments: Arguments, _ console: Console) throws {
    let demo = DemoFiles(path: arguments.value("--demo") ?? DemoFiles.standard)
    if arguments.has("--licences") {
      try tellLicences(demo, asJSON: arguments.has("--json"), console)
      return
    }
    let doctor = Doctor(
      demo: demo, data: arguments.value("--data") ?? DataFolder.standard,
      configuration: arguments.value("--config"), overrides: arguments.all("--set"))
    let findings = doctor.examine()
    let failures = findings.count { $0.state == .fail }
    if arguments.has("--json") {
      let list = findings.map { finding in
        JSONText.object([
          ("state", .text(finding.state.rawValue)), ("name", .text(finding.name)),
          ("fact", .text(finding.fact)), ("remedy", .text(finding.remedy)),
        ])
      }
      console.print(
        JSONText.object([("healthy", .flag(failures == 0)), ("checks", .list(list))]).text)
    } else {
      for finding in findings { console.print(finding.line) }
    }
    if failures > 0 {
      throw Problem(
        "DOC-001", "\(failures) of \(findings.count) checks failed", wanted: "none",
        remedy: "what the lines that begin with fail say")
    }
  }

  private static func tellLicences(
    _ demo: DemoFiles, asJSON: Bool, _ console: Console
  ) throws {
    let parts = try Licences.all(demo)
    guard asJSON else {
      for part in parts {
        console.print("\(part.name): \(part.licence)\n\n\(part.text)\n")
      }
      return
    }
    let list = parts.map { part in
      JSONText.object([
        ("name", .text(part.name)), ("licence", .text(part.licence)), ("text", .text(part.text)),
      ])
    }
    console.print(JSONText.list(list).text)
  }
}

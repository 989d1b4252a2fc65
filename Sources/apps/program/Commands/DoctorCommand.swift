/// `omni doctor`.
struct DoctorCommand: Command {
  static let name = "doctor"
  static let summary = ""
  static let options: [Option] = [.json]
  static let example = "omni doctor"

  static func run(_ arguments: Arguments, _ console: Console) throws {}
}

/// The long proofs.
struct Soak {
  init(_ options: SimulatorOptions) throws(UsageFailure) {}
  func run(_ screen: Screen) throws {}
}

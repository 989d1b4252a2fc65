/// What can happen in a simulated cluster; numbers are places in the simulation's tables.
enum ClusterEvent: Sendable {
  /// The next client makes a request.
  case clientAsks
  /// Somebody changes a value and has a node invalidate it.
  case valueChanges
  /// A request arrives at a node.
  case reachesNode(request: Int, node: Int)
  /// A node's answer arrives at the client.
  case reachesClient(request: Int, ClusterEnding)
  /// A client does not wait any longer.
  case clientGivesUp(request: Int)
  /// Somebody changes a value once more and has the same node invalidate it.
  case changesAgain(key: UInt64, node: Int)
  /// A node is told to invalidate a key that has this version now.
  case invalidates(key: UInt64, version: Int, node: Int)
  /// A question arrives at the store.
  case reachesStore(question: Int)
  /// The store's answer arrives at the node that asked.
  case storeAnswers(question: Int, StoreAnswer)
  /// A node does not wait for the store any longer.
  case questionEnds(question: Int)
  /// A message of the channel arrives at a node.
  case hears(node: Int, key: UInt64, version: Int, connection: Int)
  /// By now the node must know of an invalidation if its connection has held.
  case mustHaveHeard(node: Int, key: UInt64, version: Int, connection: Int)
  /// A node listens to the channel again, if it can.
  case listensAgain(node: Int)
  /// A node tries once more to be the one that loads.
  case locksAgain(load: Int)
  /// A call arrives at the service.
  case reachesBackend(call: Int)
  /// The service has done a call.
  case backendDone(call: Int)
  /// The service's answer arrives at the node.
  case callAnswered(call: Int, isGood: Bool)
  /// A node does not wait for the service any longer.
  case callEnds(call: Int)
  /// Something of the schedule begins.
  case fault(Int)
  /// Something of the schedule is over.
  case faultEnds(Int)
  /// The clients have the table of this epoch.
  case tableArrives(epoch: Int)
  /// The service has another number of places.
  case capacityChanges(Int)
  /// From here on goodput is measured.
  case measuringBegins
  /// Goodput is judged.
  case measuringEnds

  /// The number of the kind, for the digest.
  var tag: UInt64 {
    switch self {
    case .clientAsks: 1
    case .valueChanges: 2
    case .reachesNode(let request, let node): 3 | UInt64(request) << 16 | UInt64(node) << 8
    case .reachesClient(let request, let ending): 4 | UInt64(request) << 16 | ending.tag << 8
    case .clientGivesUp: 5
    case .invalidates(let key, _, let node): 6 | key << 16 | UInt64(node) << 8
    case .reachesStore(let question): 7 | UInt64(question) << 16
    case .storeAnswers(let question, _): 8 | UInt64(question) << 16
    case .questionEnds: 9
    case .hears(let node, let key, _, _): 10 | key << 16 | UInt64(node) << 8
    case .mustHaveHeard: 11
    case .listensAgain: 12
    case .locksAgain: 13
    case .reachesBackend(let call): 14 | UInt64(call) << 16
    case .backendDone: 15
    case .callAnswered(let call, let isGood): 16 | UInt64(call) << 16 | (isGood ? 256 : 0)
    case .callEnds: 17
    case .fault: 18
    case .faultEnds: 19
    case .tableArrives: 20
    case .capacityChanges: 21
    case .measuringBegins: 22
    case .measuringEnds: 23
    case .changesAgain: 24
    }
  }
}

/// How a request ended.
public enum ClusterEnding: String, Sendable, Hashable, CaseIterable {
  /// With a value.
  case allowed
  /// Refused by the shared limit.
  case refusedByLimit
  /// Refused by the breaker.
  case refusedByBreaker
  /// Refused because as many calls ran as the service can bear.
  case refusedByAdaptiveLimit
  /// The service answered with an error, or did not answer the node.
  case failed
  /// The client did not wait any longer.
  case timedOut

  var tag: UInt64 {
    switch self {
    case .allowed: 1
    case .refusedByLimit: 2
    case .refusedByBreaker: 3
    case .refusedByAdaptiveLimit: 4
    case .failed: 5
    case .timedOut: 6
    }
  }
}

public import CPlatform

/// Keeps the optimiser from removing the work that led to `value`; for benchmarks.
@inlinable
public func keep(_ value: UInt64) { omni_keep(value) }

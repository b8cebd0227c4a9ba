import TensorCore

extension Trainer {
  /// Makes sure that all ranks still hold the same weights, once an epoch.
  ///
  /// On equal processors they do, bit for bit. Ranks on different processors may round differently, and would drift
  /// apart unseen; then all take over rank 0's state.
  /// - Returns: true when ranks had differed.
  public func agree(through exchange: any StepExchange) throws -> Bool {
    guard exchange.size > 1 else { return false }
    var digest = self.digest
    var digests: [UInt64] = []
    try withUnsafeBytes(of: &digest) { own in
      try exchange.allGather(own) { _, bytes in digests.append(bytes.loadUnaligned(as: UInt64.self)) }
    }
    guard digests.contains(where: { $0 != digests[0] }) else { return false }
    let own = exchange.rank == 0 ? state.packed : []
    try own.withUnsafeBytes { bytes in
      try exchange.allGather(bytes) { rank, bytes in
        if rank == 0 && exchange.rank != 0 { try restore(TrainerState(packed: bytes)) }
      }
    }
    return true
  }

  /// FNV-1a over the bits of all weights and moments.
  private var digest: UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func mix(_ values: UnsafeMutableBufferPointer<Float>) {
      for value in values { hash = (hash ^ UInt64(value.bitPattern)) &* 0x100_0000_01b3 }
    }
    mix(store.values)
    for moment in optimizer.moments { mix(moment.values) }
    for buffer in store.buffers { mix(buffer.values) }
    return hash
  }
}

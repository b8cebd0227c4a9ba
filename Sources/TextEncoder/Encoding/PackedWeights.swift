internal import CKernels

/// A weight in bfloat16, in the order in which a product reads it; half the memory of float32.
final class PackedWeight: @unchecked Sendable {  // never written after it is made
  let inputs, outputs: Int
  let memory: UnsafeMutableRawPointer

  /// - Parameter weight: `[outputs, inputs]`; what is mapped of it is let go of.
  init(_ weight: FloatStorage, outputs: Int, inputs: Int, _ precision: EncoderPrecision) {
    self.inputs = inputs
    self.outputs = outputs
    let bytes = ck_bf16_packed_bytes(precision.path, inputs, outputs)
    memory = .allocate(byteCount: max(Int(bytes), 64), alignment: 64)
    ck_bf16_pack(precision.path, weight.pointer, inputs, 1, inputs, outputs, memory)
    weight.release()
  }

  deinit { memory.deallocate() }
}

/// The weights of the products of one layer.
struct PackedLayer: Sendable {
  let fused, attention, inner, output: PackedWeight
}

/// The weights of all products of an encoder, packed once and shared by its threads.
struct PackedWeights: Sendable {
  let precision: EncoderPrecision
  let layers: [PackedLayer]

  init(_ weights: BERTWeights, _ configuration: BERTConfiguration, _ precision: EncoderPrecision) {
    let (d, f) = (configuration.hiddenSize, configuration.intermediateSize)
    self.precision = precision
    layers = weights.layers.map { layer in
      PackedLayer(
        fused: PackedWeight(layer.fusedWeight, outputs: 3 * d, inputs: d, precision),
        attention: PackedWeight(layer.attentionWeight, outputs: d, inputs: d, precision),
        inner: PackedWeight(layer.innerWeight, outputs: f, inputs: d, precision),
        output: PackedWeight(layer.outputWeight, outputs: d, inputs: f, precision))
    }
  }
}

import Models
import Molecules
import TensorCore

/// Visits as the model reads them. Buffers come from the tensor pool.
enum BatchInputs {
  /// - Parameters:
  ///   - rows: rows of `table`.
  ///   - positions: their positions in the global batch.
  static func patients(
    _ rows: [Int], of table: VisitTable, positions: [Int32], maxHistory: Int, width k: Int, zeroEmptyHistory: Bool
  ) throws -> PatientInputs<Float> {
    let (count, d) = (rows.count, table.width)
    let joinedBD = Tensor<Float>.make([count, d]) { buffer in
      forEachRow(buffer, d) { row, target in table.copy(.joined, ofRow: rows[row], to: target) }
    }
    let textsBCD = Tensor<Float>.make([count, 3, d]) { buffer in
      forEachRow(buffer, 3 * d) { row, target in
        table.copy(.symptom, ofRow: rows[row], to: target)
        table.copy(.diagnosis, ofRow: rows[row], to: target + d)
        table.copy(.procedure, ofRow: rows[row], to: target + 2 * d)
      }
    }
    let historyBTD = Tensor<Float>.make([count, maxHistory, d]) { buffer in
      buffer.update(repeating: 0)
      forEachRow(buffer, maxHistory * d) { row, target in
        for (slot, past) in table.history(ofRow: rows[row], limit: maxHistory).enumerated() {
          table.copy(.medication, ofRow: past, to: target + slot * d)
        }
      }
    }
    let historyMaskBT = Tensor<Float>.make([count, maxHistory]) { buffer in
      buffer.update(repeating: -1e9)
      for row in 0..<count {
        for slot in 0..<table.history(ofRow: rows[row], limit: maxHistory).count { buffer[row * maxHistory + slot] = 0 }
      }
    }
    var hasHistoryBK: Tensor<Float>?
    if zeroEmptyHistory {
      hasHistoryBK = Tensor<Float>.make([count, k]) { buffer in
        for row in 0..<count {
          let value: Float = table.ordinals[rows[row]] > 0 ? 1 : 0
          for column in 0..<k { buffer[row * k + column] = value }
        }
      }
    }
    return PatientInputs(
      joinedBD: joinedBD, textsBCD: textsBCD, historyBTD: historyBTD, historyMaskBT: historyMaskBT,
      hasHistoryBK: hasHistoryBK, rows: positions)
  }

  /// Labels as 0 and 1, `[B, M]`.
  static func targets(_ rows: [Int], of table: VisitTable, medications: Int) -> Tensor<Float> {
    Tensor<Float>.make([rows.count, medications]) { buffer in
      buffer.update(repeating: 0)
      for (row, source) in rows.enumerated() {
        for label in table.labels(ofRow: source) { buffer[row * medications + Int(label)] = 1 }
      }
    }
  }

  /// Molecules `range` of the batch as the encoder reads them.
  static func molecules(
    _ range: Range<Int>, of inputs: NLAMMRInputs, _ config: RunConfig
  ) throws -> MoleculeInputs {
    let all = inputs.molecules
    let (atomDims, bondDims) = (inputs.atomDims(config), MoleculeFeatures.bondDims)
    let atoms = all.atomOffsets[range.lowerBound]..<all.atomOffsets[range.upperBound]
    let edges = all.edgeOffsets[range.lowerBound]..<all.edgeOffsets[range.upperBound]
    let first = Int32(atoms.lowerBound)
    let (atomWidth, bondWidth) = (atomDims.count, bondDims.count)
    return try MoleculeInputs(
      atoms: try CategoryRows(
        Array(all.atoms[(atoms.lowerBound * atomWidth)..<(atoms.upperBound * atomWidth)]),
        dims: atomDims),
      edges: try GraphEdges(
        nodes: atoms.count, source: edges.map { all.sources[$0] - first },
        target: edges.map { all.targets[$0] - first },
        bonds: Array(all.bonds[(edges.lowerBound * bondWidth)..<(edges.upperBound * bondWidth)]),
        bondDims: bondDims),
      molecules: try Segments(offsets: range.map { all.atomOffsets[$0] - atoms.lowerBound } + [atoms.count]),
      atomOffset: atoms.lowerBound)
  }

  private static func forEachRow(
    _ buffer: UnsafeMutableBufferPointer<Float>, _ width: Int, _ fill: (Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    guard let base = buffer.baseAddress else { return }
    for row in 0..<(buffer.count / width) { fill(row, base + row * width) }
  }
}

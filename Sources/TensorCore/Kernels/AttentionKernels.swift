/// The loops of attention over the edges of a graph, and of one query per row over weighted tokens: a part of
/// `KernelSet`, by the same rules.
public protocol AttentionKernels {
  associatedtype Element: TensorElement

  // Typed graph attention. Node i, type t, head h: place (i · types + t) · heads + h of `left` and `right`; edge e, head
  // h: place h · edges + e of `weights` and `slopes`. A weight that dropout drops has its sign set.
  /// left = a[t, h, 0] · z[i, h], right = a[t, h, 1] · z[i, h]
  static func graphScores(
    _ z: UnsafePointer<Element>, _ attention: UnsafePointer<Element>, left: UnsafeMutablePointer<Element>,
    right: UnsafeMutablePointer<Element>, nodes: Range<Int>, _ extent: GraphAttentionExtent<Element>)
  /// Weights and results of some targets; `scratch` has room for the neighbours of one node.
  static func graphAttention(
    _ edges: TypedEdges, _ z: UnsafePointer<Element>, left: UnsafePointer<Element>, right: UnsafePointer<Element>,
    weights: UnsafeMutablePointer<Element>, _ y: UnsafeMutablePointer<Element>,
    scratch: UnsafeMutablePointer<Element>, targets: Range<Int>, _ extent: GraphAttentionExtent<Element>,
    _ plan: DropoutPlan?)
  /// The gradients of the scores of the edges, and their sums per target and type.
  static func graphAttentionSlopes(
    _ edges: TypedEdges, _ z: UnsafePointer<Element>, left: UnsafePointer<Element>, right: UnsafePointer<Element>,
    weights: UnsafePointer<Element>, _ dy: UnsafePointer<Element>, slopes: UnsafeMutablePointer<Element>,
    dLeft: UnsafeMutablePointer<Element>, targets: Range<Int>, _ extent: GraphAttentionExtent<Element>)
  /// The gradient of z for some sources, and the sums of `slopes` per source and type; dLeft must be complete.
  static func graphAttentionGradient(
    _ edges: TypedEdges, _ attention: UnsafePointer<Element>, weights: UnsafePointer<Element>,
    slopes: UnsafePointer<Element>, dLeft: UnsafePointer<Element>, _ dy: UnsafePointer<Element>,
    dRight: UnsafeMutablePointer<Element>, dz: UnsafeMutablePointer<Element>, scratch: UnsafeMutablePointer<Element>,
    sources: Range<Int>, _ extent: GraphAttentionExtent<Element>)
  /// da[t, h, 0] = Σᵢ dLeft z[i, h], da[t, h, 1] = Σᵢ dRight z[i, h]
  static func graphScoresGradient(
    _ z: UnsafePointer<Element>, dLeft: UnsafePointer<Element>, dRight: UnsafePointer<Element>,
    dAttention: UnsafeMutablePointer<Element>, nodes: Int, _ extent: GraphAttentionExtent<Element>)

  // One query per row over weighted tokens. Probabilities: that of the row itself [rows, heads], of the members of its
  // set [members, heads], of the tokens [rows, heads, stride]; one that dropout drops has its sign set.
  static func tokenAttention(
    _ inputs: TokenAttentionInputs<Element>, _ y: UnsafeMutablePointer<Element>,
    _ probabilities: TokenAttentionTensors<Element>, _ plan: DropoutPlan?)
  /// Sets all gradients.
  static func tokenAttentionGradient(
    _ inputs: TokenAttentionInputs<Element>, _ dy: UnsafePointer<Element>,
    _ probabilities: TokenAttentionTensors<Element>, factor: Element, _ gradients: TokenAttentionGradients<Element>)

  // Losses of sets. y is `high[row]` for members of a row's set and `low` for the others.
  /// Σ max(z, 0) − z y + ln(1 + exp(−|z|)); `slopes`, if any, receives sigmoid(z) − y.
  static func crossEntropyOfSets(
    _ logits: UnsafePointer<Element>, offsets: UnsafePointer<Int32>, members: UnsafePointer<Int32>, low: Element,
    high: UnsafePointer<Element>, slopes: UnsafeMutablePointer<Element>?, rows: Int, width: Int
  ) -> Double
}

/// Heads and types of a graph attention.
public struct GraphAttentionExtent<Element: TensorElement>: Sendable {
  /// `width` is that of one head.
  public var types, heads, width: Int
  /// Of the leaky ReLU.
  public var slope: Element
  /// What dropout multiplies the weights by that it keeps; 1 without dropout.
  public var factor: Element

  public init(types: Int, heads: Int, width: Int, slope: Element, factor: Element) {
    (self.types, self.heads, self.width, self.slope, self.factor) = (types, heads, width, slope, factor)
  }

  var columns: Int { heads * width }
}

/// What one query per row over weighted tokens reads; all rows are `heads · width` wide.
public struct TokenAttentionInputs<Element: TensorElement> {
  public typealias In = UnsafePointer<Element>
  /// `sets` is the number of rows of `setKeys`; `width` that of one head.
  public var rows, sets, tokens, heads, width: Int
  /// `weights` is `[rows, tokens]`.
  public var query, selfKey, selfValue, setKeys, setValues, tokenKeys, tokenValues, typeKey, typeValue, weights: In
  public var offsets, members: UnsafePointer<Int32>

  var columns: Int { heads * width }
  /// Of the scores.
  var scale: Element { Element(1 / Double(width).squareRoot()) }
  /// Tokens of a row of probabilities: room for whole vectors.
  var stride: Int { (tokens + 15) / 16 * 16 }
  /// Columns of dropout's mask that a head has.
  var maskColumns: Int { 1 + sets + tokens }
}

/// A number for the row itself, for each member of its set, for each token; for every head.
public struct TokenAttentionTensors<Element: TensorElement> {
  public var own, members, tokens: UnsafeMutablePointer<Element>
}

/// The gradients of `TokenAttentionInputs`.
public struct TokenAttentionGradients<Element: TensorElement> {
  public typealias Out = UnsafeMutablePointer<Element>
  public var query, selfKey, selfValue, setKeys, setValues, tokenKeys, tokenValues, typeKey, typeValue, weights: Out
}

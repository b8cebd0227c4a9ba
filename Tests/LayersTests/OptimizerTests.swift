import Layers
import TensorCore
import Testing

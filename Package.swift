// swift-tools-version: 6.2
import PackageDescription

// The vector kernels are plain C; the compiler's function multi-versioning picks AVX-512, AVX2 or the baseline at run
// time (x86-64), so no target is built for the machine that builds it. `unsafeFlags` are allowed in a root package.
var kernelFlags: [CSetting] = [
  .unsafeFlags(["-O3", "-fopenmp-simd", "-ffp-contract=fast", "-fno-math-errno"])
]
#if arch(x86_64)
  kernelFlags.append(.unsafeFlags(["-mprefer-vector-width=512"]))
#endif

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(name: name + "Tests", dependencies: [.byName(name: name)] + dependencies)
}

let package = Package(
  name: "theriac",
  products: [
    .executable(name: "theriac", targets: ["theriac"]),
    .library(name: "TensorCore", targets: ["TensorCore", "Layers"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C libraries behind thin shims.
    .systemLibrary(name: "CBLAS", providers: [.apt(["libdnnl-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5-serial", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .target(
      name: "CRDKit",
      cxxSettings: [.unsafeFlags(["-isystem", "/usr/include/rdkit"])],
      linkerSettings: [
        .linkedLibrary("RDKitFingerprints"), .linkedLibrary("RDKitSmilesParse"), .linkedLibrary("RDKitGraphMol"),
        .linkedLibrary("RDKitDataStructs"), .linkedLibrary("RDKitRDGeneral"),
      ]),
    .target(name: "CKernels", cSettings: kernelFlags),
    .target(name: "CTables", cSettings: kernelFlags),

    // Data flows one way: a module imports only modules above it.
    module("Random"),
    module("HDF5", ["CHDF5", "CXXHash"]),
    module("NumPyFiles"),
    module("YAMLNodes", [.product(name: "Yams", package: "Yams")]),
    module("TensorCore", ["CBLAS", "CKernels", "Random"]),
    module(
      "Records",
      [
        "HDF5", "Random", "NumPyFiles", "YAMLNodes", "CZlib", "CTables",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Yams", package: "Yams"),
      ]),
    module("Synthesis", ["Records", "Random"]),
    module("Molecules", ["CRDKit", "HDF5", "NumPyFiles", "Random"]),
    module("Layers", ["TensorCore", "Random"]),
    module("TextEncoder", ["HDF5", "Records", "CBLAS", "CKernels"]),
    module("Metrics", ["Random"]),
    module("Baselines", ["TensorCore", "Layers", "Metrics", "Random"]),
    module("Checkpoints", ["HDF5"]),
    module("Models", ["Layers", "TensorCore", "Molecules"]),
    module("Wire", ["CXXHash"]),
    module(
      "Training",
      [
        "Models", "Layers", "TensorCore", "Records", "Molecules", "TextEncoder", "Metrics", "Checkpoints", "Random",
        "YAMLNodes",
        .product(name: "Yams", package: "Yams"),
      ]),
    module("Cluster", ["Wire", "CZeroMQ"]),
    module("Reports"),
    module(
      "Runs",
      [
        "Training", "Models", "Baselines", "Random", "Cluster", "Checkpoints", "Metrics", "Records", "TextEncoder",
        "Molecules", "HDF5",
      ]),
    module(
      "Sweeps",
      [
        "Reports", "YAMLNodes", .product(name: "Yams", package: "Yams"),
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    module("Experiments", ["Runs", "Training", "Baselines", "Records", "Metrics", "Reports", "HDF5"]),
    module(
      "Bench",
      [
        "Runs", "Cluster", "Training", "Models", "Molecules", "TensorCore", "TextEncoder", "CKernels", "Random",
        "Records", "Reports",
      ]),
    .executableTarget(
      name: "theriac",
      dependencies: [
        "HDF5", "Records", "Synthesis", "Molecules", "TextEncoder", "Checkpoints", "Training", "Runs", "Cluster",
        "Sweeps", "Reports", "Metrics", "Bench", "Experiments",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    tests("Random"),
    tests("HDF5"),
    tests("NumPyFiles"),
    tests("TensorCore", ["Random", "CKernels"]),
    tests("Records", ["HDF5", "Random", "Molecules"]),
    tests("Synthesis", ["Records", "Random"]),
    tests("Molecules", ["HDF5", "Random"]),
    .testTarget(
      name: "LayersTests", dependencies: ["Layers", "TensorCore", "Random", "HDF5"], exclude: ["Fixtures"]),
    .target(name: "TestSupport", dependencies: ["TextEncoder"], path: "Tests/TestSupport"),
    .testTarget(
      name: "TextEncoderTests", dependencies: ["TextEncoder", "Records", "HDF5", "TestSupport", "CKernels"],
      exclude: ["Fixtures"]),
    tests("Metrics", ["HDF5"]),
    .testTarget(
      name: "BaselinesTests", dependencies: ["Baselines", "CZlib", "Layers", "Metrics", "Random", "TensorCore"],
      exclude: ["Fixtures"]),
    tests("Checkpoints", ["HDF5"]),
    tests("Models", ["HDF5", "Layers", "TensorCore"]),
    tests("Training", ["Models", "Layers", "Checkpoints", "Molecules", "Random", "Records", "TensorCore"]),
    tests("Wire"),
    .executableTarget(name: "ClusterTestWorker", dependencies: ["Cluster"], path: "Tests/ClusterTestWorker"),
    tests("Cluster", ["Wire", "ClusterTestWorker"]),
    tests("Reports"),
    tests("Bench", ["Training", "Molecules", "TextEncoder"]),
    tests("Sweeps"),
    .testTarget(
      name: "TheriacTests",
      dependencies: ["theriac", "Checkpoints", "HDF5", "Records", "Reports", "TextEncoder", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu11,
  cxxLanguageStandard: .cxx17
)

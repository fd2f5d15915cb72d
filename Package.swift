// swift-tools-version: 6.2
import PackageDescription

// From tools-version 6.2 on, a package with unsafe flags may be a versioned dependency. -O3 because SwiftPM compiles C
// without optimisation in debug builds; -fopenmp for the one parallel loop. Nothing else: no -march, no fast-math.
let kernelFlags: [CSetting] = [
    .unsafeFlags(["-O3"]),
    .unsafeFlags(["-fopenmp"], .when(platforms: [.linux])),
]

// Who depends on Cusp must not fetch what only its tools need, and SwiftPM fetches for every executable that is a product.
// While it resolves a dependency the manifest is read from "/", and later from a folder of checkouts.
let isDependency = Context.packageDirectory == "/" || Context.packageDirectory.contains("/checkouts/")

let libraries: [Product] = [
    .library(name: "Cusp", targets: ["Cusp"]),
    .library(name: "CuspNN", targets: ["CuspNN"]),
    .library(name: "CuspTesting", targets: ["CuspTesting"]),
]
let tools: [Product] = [
    // The target is not called cusp: a file system that ignores case could not tell it from Cusp.
    .executable(name: "cusp", targets: ["CuspTool"]),
    .executable(name: "cusp-bench", targets: ["CuspBench"]),
    .executable(name: "cusp-conformance", targets: ["CuspConformance"]),
]
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "Cusp",
    platforms: [.macOS(.v26), .iOS(.v26)],
    products: libraries + (isDependency ? [] : tools),
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
    ],
    targets: [
        .target(
            name: "CKernels", path: "CKernels", cSettings: kernelFlags,
            linkerSettings: [.linkedLibrary("omp5", .when(platforms: [.linux]))]),
        .target(name: "Autograd"),
        .target(name: "Strided", dependencies: ["CKernels"]),
        .target(name: "Cusp", dependencies: ["Strided", "Autograd", "CKernels"]),
        .target(name: "CuspNN", dependencies: ["Cusp"]),
        .target(name: "CuspTesting", dependencies: ["Cusp"]),

        .executableTarget(
            name: "CuspTool", dependencies: ["Cusp", "CuspNN", arguments],
            resources: [.copy("Digits/digits.csv")]),
        .target(name: "CBench", path: "Benchmarks/CBench", cSettings: kernelFlags),
        .executableTarget(
            name: "CuspBench", dependencies: ["Cusp", "CuspNN", "CKernels", "CBench", arguments],
            path: "Benchmarks/CuspBench"),
        .executableTarget(
            name: "CuspConformance", dependencies: ["Cusp", "CuspNN", arguments], path: "Benchmarks/CuspConformance"),

        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .testTarget(name: "CKernelsTests", dependencies: ["CKernels", "TestSupport"]),
        .testTarget(name: "AutogradTests", dependencies: ["Autograd"]),
        .testTarget(name: "StridedTests", dependencies: ["Strided", "TestSupport"]),
        .testTarget(name: "CuspTests", dependencies: ["Cusp", "CuspNN", "CuspTesting", "TestSupport"]),
        .testTarget(name: "CuspNNTests", dependencies: ["CuspNN", "CuspTesting"]),
        .testTarget(name: "CuspTestingTests", dependencies: ["CuspTesting", "Cusp"]),
        .testTarget(name: "CuspToolTests", dependencies: ["CuspTool"]),
        .testTarget(name: "CuspBenchTests", dependencies: ["CuspBench", "CBench", "CKernels"]),
        .testTarget(name: "ConsumerTests"),
        .testTarget(
            name: "CuspConformanceTests", dependencies: ["CuspConformance"], resources: [.copy("Sample")]),
    ],
    swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2
import PackageDescription

// From tools-version 6.2 on, a package with unsafe flags may be a versioned dependency. -O3 because SwiftPM compiles C
// without optimisation in debug builds; -fopenmp for the one parallel loop. Nothing else: no -march, no fast-math.
let kernelFlags: [CSetting] = [
    .unsafeFlags(["-O3"]),
    .unsafeFlags(["-fopenmp"], .when(platforms: [.linux])),
]

let package = Package(
    name: "Cusp",
    platforms: [.macOS(.v26), .iOS(.v26)],
    products: [.library(name: "Cusp", targets: ["Cusp"])],
    targets: [
        .target(
            name: "CKernels", path: "CKernels", cSettings: kernelFlags,
            linkerSettings: [.linkedLibrary("omp5", .when(platforms: [.linux]))]),
        .target(name: "Autograd"),
        .target(name: "Strided", dependencies: ["CKernels"]),
        .target(name: "Cusp", dependencies: ["Strided", "Autograd", "CKernels"]),
    ],
    swiftLanguageModes: [.v6]
)

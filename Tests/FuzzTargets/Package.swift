// swift-tools-version: 6.2
import PackageDescription

// libFuzzer targets for everything that reads bytes of strangers. A package of its own, because all
// of it is compiled with coverage counters; `Tests/FuzzTargets/run` builds and starts it. A
// library, because `main` is libFuzzer's and the package manager would put its own in that place.
let package = Package(
  name: "fuzz",
  products: [.library(name: "fuzz", type: .static, targets: ["fuzz"])],
  dependencies: [.package(name: "jamboree", path: "../..")],
  targets: [
    .target(
      name: "fuzz",
      dependencies: [
        .product(name: "CRDT", package: "jamboree"),
        .product(name: "SyncProtocol", package: "jamboree"),
      ],
      swiftSettings: [
        .swiftLanguageMode(.v6), .strictMemorySafety(), .enableExperimentalFeature("Lifetimes"),
      ])
  ]
)

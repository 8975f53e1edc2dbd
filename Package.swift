// swift-tools-version: 6.2
import PackageDescription

/// Every module is built alike: Swift 6, strict memory safety, warnings are errors.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableExperimentalFeature("Lifetimes"),  // ~Escapable readers over borrowed bytes
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    swiftSettings: strict)
}

let collections: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

// Lowest floor first; an import only ever points down (Sources/README.md is the map).
let package = Package(
  name: "jamboree",
  products: [
    .executable(name: "jamboree", targets: ["jamboree"]),
    .library(name: "CRDT", targets: ["CRDT"]),
    .library(name: "SyncProtocol", targets: ["SyncProtocol"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    .target(name: "CSystem"),
    .target(name: "CTLS", dependencies: ["COpenSSL"]),
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CJWT", pkgConfig: "libjwt", providers: [.apt(["libjwt-dev"])]),
    .systemLibrary(
      name: "CQRencode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
    module("Lib0"),
    module("CRDT", ["Lib0"]),
    module("SyncProtocol", ["Lib0"]),
    module("Reactor", ["CSystem", "CTLS"]),
    module("HTTP"),
    module("WebSocket", ["HTTP", "COpenSSL"]),
    module("Storage", ["CSystem", "CZlib"]),
    module("Board", ["Lib0", "CRDT"]),
    module("Rooms", ["Lib0", "CRDT", "SyncProtocol", "Storage", "Board", collections]),
    module(
      "JamServer",
      [
        "Rooms", "Storage", "SyncProtocol", "WebSocket", "HTTP", "Reactor", "CTLS", "CRDT", "Lib0",
        "COpenSSL", "CJWT", collections, logging, .product(name: "TOMLKit", package: "TOMLKit"),
      ]),
    module("JamClient", ["SyncProtocol", "WebSocket", "Lib0", "CTLS"]),
    .executableTarget(
      name: "jamboree",
      dependencies: [
        "JamServer", "JamClient", "Rooms", "Storage", "SyncProtocol", "CRDT", "Lib0", "CSystem",
        "CQRencode", arguments, logging,
      ],
      swiftSettings: strict),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    tests("Lib0"),
    tests("CRDT", ["Lib0"]),
    tests("SyncProtocol", ["Lib0"]),
    .target(name: "CTLSClient", dependencies: ["COpenSSL"], path: "Tests/CTLSClient"),
    tests("Reactor", ["CSystem", "CTLS", "CTLSClient"]),
    tests("HTTP"),
    tests("WebSocket", ["HTTP"]),
    tests("Storage", ["CZlib"]),
    tests("Board", ["CRDT", "Lib0"]),
    tests("Rooms", ["CRDT", "SyncProtocol", "Storage", "Lib0"]),
    tests("JamClient", ["WebSocket", "SyncProtocol", "Lib0"]),
    tests("JamServer", ["COpenSSL", "jamboree", "JamClient", "Storage", logging]),
  ]
)

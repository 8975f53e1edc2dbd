import Testing

@testable import JamServer

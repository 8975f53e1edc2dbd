import Testing

@testable import SyncProtocol

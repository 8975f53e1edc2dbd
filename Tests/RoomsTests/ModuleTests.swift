import Testing

@testable import Rooms

import Testing

@testable import Lib0

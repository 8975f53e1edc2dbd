import JamServer

/// Runs the hub with these settings until a signal ends it.
func runHub(_ settings: HubConfig) throws {
  throw Failure("this build has no hub in it")
}

/// The hub's version, as it names itself in hello messages and on the command line.
public let jamboreeVersion = "0.1.0"

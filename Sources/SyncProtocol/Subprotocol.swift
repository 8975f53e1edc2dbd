/// The WebSocket subprotocol that a client asks for when it understands more than stock Yjs
/// messages (Protocol/wire.md §4). A stock client never asks and never meets what it cannot skip.
public let jamboreeSubprotocol = "jamboree.v1"

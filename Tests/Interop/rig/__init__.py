"""What the interop and fault tests share: the hub under test, other people's clients, raw sockets."""

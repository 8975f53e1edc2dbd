internal import HTTP

/// One file of the web client, as it goes out: in memory, with its headers made.
struct WebFile: Sendable {
  private let plain: Representation
  /// The same under gzip, where that is shorter.
  private let gzip: Representation?
  private let type: String
  private let cacheControl: String

  private struct Representation: Sendable {
    let bytes: [UInt8]
    let tag: EntityTag

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
      tag = EntityTag(opaque: hexText(Digests.sha256(bytes).prefix(8)))
    }
  }

  /// - Parameters:
  ///   - gzip: What `gunzip` makes `bytes` of; nil where there is nothing like that.
  ///   - isForEver: The name changes with the content, so nobody needs to ask for it again.
  init(name: String, _ bytes: [UInt8], gzip: [UInt8]?, isForEver: Bool) {
    plain = Representation(bytes)
    self.gzip = gzip.flatMap { $0.count < bytes.count ? Representation($0) : nil }
    type = MediaType.of(file: name)
    cacheControl = isForEver ? "public, max-age=31536000, immutable" : "no-cache"
  }

  /// The answer to a request with these fields: 304 where the client has it.
  func response(to fields: HeaderFields) -> Response {
    var chosen = plain
    if let gzip, ContentCoding.takesGzip(fields) { chosen = gzip }
    var answer = [
      HeaderField("cache-control", cacheControl), HeaderField("etag", chosen.tag.text),
    ]
    // Said of the plain one too: a cache must not give it to everybody.
    if gzip != nil { answer.append(HeaderField("vary", "Accept-Encoding")) }
    if chosen.tag.isKnown(to: fields) { return Response(status: 304, fields: answer) }
    answer.append(HeaderField("content-type", type))
    if chosen.tag != plain.tag { answer.append(HeaderField("content-encoding", "gzip")) }
    return Response(status: 200, fields: answer, body: chosen.bytes)
  }
}

private func hexText(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

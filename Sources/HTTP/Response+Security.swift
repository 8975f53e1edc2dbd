extension Response {
  /// What a browser shall not do with anything of the hub's, whatever it is: the page has no inline
  /// code, loads nothing from elsewhere, is in nobody's frame and sends its address to nobody.
  public static let securityFields: [HeaderField] = [
    HeaderField(
      "content-security-policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        + "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    HeaderField("x-content-type-options", "nosniff"),
    HeaderField("referrer-policy", "no-referrer"),
    HeaderField("cross-origin-opener-policy", "same-origin"),
    HeaderField(
      "permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
  ]

  /// The same response with `securityFields`.
  public func secured() -> Response {
    var response = self
    response.fields += Self.securityFields
    return response
  }
}

/// Which encodings of a body a client takes (RFC 9110 12.5.3).
public enum ContentCoding {
  /// Whether `Accept-Encoding` takes gzip: it has that, or its old name, or `*`, weighted above 0.
  /// A name goes before `*`; a weight that is none counts as 0; without the field the answer is no.
  public static func takesGzip(_ fields: HeaderFields) -> Bool {
    var named: Bool?
    var any = false
    for member in fields.list("accept-encoding") {
      let parts = member.split(separator: ";", omittingEmptySubsequences: false).map {
        Substring(trim($0.utf8)).lowercased()
      }
      let isTaken = weight(parts.dropFirst()) > 0
      switch parts.first {
      case "gzip", "x-gzip": named = (named ?? false) || isTaken
      case "*": any = isTaken
      default: continue
      }
    }
    return named ?? any
  }

  /// The weight in thousandths: 1000 where there is none (RFC 9110 12.4.2).
  private static func weight(_ parameters: ArraySlice<String>) -> Int {
    guard let value = parameters.first else { return 1000 }
    guard parameters.count == 1, value.hasPrefix("q=") else { return 0 }
    let digits = Array(value.utf8.dropFirst(2))
    guard let whole = digits.first, whole == 0x30 || whole == 0x31, digits.count <= 5,
      digits.count == 1 || digits[1] == UInt8(ascii: ".")
    else { return 0 }
    var thousandths = Int(whole - 0x30) * 1000
    for (place, digit) in zip([100, 10, 1], digits.dropFirst(2)) {
      guard (0x30...0x39).contains(digit) else { return 0 }
      thousandths += Int(digit - 0x30) * place
    }
    return thousandths <= 1000 ? thousandths : 0
  }
}

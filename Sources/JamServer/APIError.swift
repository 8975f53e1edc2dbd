internal import HTTP

/// Why the JSON API refuses a request: a status, a word for programs and a sentence for people.
///
/// Nothing of a secret is ever in it: it goes to the client and into the log.
struct APIError: Error, Equatable, Sendable {
  var status: Int
  var code: String
  var reason: String
  var fields: [HeaderField] = []

  init(_ status: Int, _ code: String, _ reason: String, fields: [HeaderField] = []) {
    self.status = status
    self.code = code
    self.reason = reason
    self.fields = fields
  }

  /// The code is the status' name.
  init(_ error: HTTPError) {
    self.init(error.status, error.code, error.reason, fields: error.fields)
  }

  var response: Response {
    var response = Response.json(status: status, error: code, reason: reason)
    response.fields += fields
    return response
  }
}

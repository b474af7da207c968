import HTTPTypes

/// Why a `multipart/form-data` body cannot be read.
enum MultipartError: Error, Equatable {
    case malformed(String)
    /// The body ended before its closing boundary.
    case incomplete
}

extension MultipartError: ProblemConvertible {
    var problem: Problem {
        switch self {
        case .malformed(let reason): Problem(.badRequest, code: "invalid_multipart", "The form cannot be read: \(reason)")
        case .incomplete: Problem(.badRequest, code: "invalid_multipart", "The form ended before its closing boundary")
        }
    }
}

/// Why a source was not parsed.
package enum HTMLParseError: Error, Sendable, Equatable {
    /// More bytes than allowed.
    case tooManyBytes(limit: Int, actual: Int)
    /// More opening tags than allowed, counted before parsing.
    case tooManyTags(limit: Int, actual: Int)
    /// Parsing needed more memory than allowed.
    case memoryExceeded
    /// Parsing took more processor time than allowed.
    case timeExceeded
}

/// The SQLSTATE codes that the client itself acts on (PostgreSQL manual, appendix A).
enum SQLState {
    static let uniqueViolation = "23505"
    static let queryCanceled = "57014"
    static let featureNotSupported = "0A000"
    static let invalidStatementName = "26000"

    /// Server errors after which the same work may succeed: conflicts, lack of resources, restarts and fail-over.
    static func isTransient(_ state: String?) -> Bool {
        guard let state else { return false }
        let classes = ["08", "40", "53"]
        let single = ["55P03", "57P01", "57P02", "57P03", "25006"]
        return classes.contains { state.hasPrefix($0) } || single.contains(state)
    }
}

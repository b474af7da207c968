/// Asks the DNS for mail exchangers.
package protocol MXLookup: Sendable {
    /// Hosts that take mail for a domain, first choice first; empty when there are none.
    ///
    /// - Throws: when it could not be found out.
    func exchangers(of domain: String) async throws -> [String]
}

/// Comparison whose duration tells nothing about the contents.
enum ConstantTime {
    /// Whether two byte strings are equal.
    ///
    /// The lengths are no secret.
    static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

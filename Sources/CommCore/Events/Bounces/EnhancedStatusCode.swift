/// An enhanced mail system status code (RFC 3463): class, subject, detail.
struct EnhancedStatusCode: Equatable, Sendable {
    let statusClass: Int
    let subject: Int
    let detail: Int

    init(_ statusClass: Int, _ subject: Int, _ detail: Int) {
        self.statusClass = statusClass
        self.subject = subject
        self.detail = detail
    }

    /// The first code in a text; nil when there is none.
    init?(in text: String) {
        for word in text.split(whereSeparator: { !($0.isNumber || $0 == ".") }) {
            let parts = word.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0].count == 1, let first = Int(parts[0]), [2, 4, 5].contains(first),
                (1...3).contains(parts[1].count), (1...3).contains(parts[2].count), let subject = Int(parts[1]), let detail = Int(parts[2])
            else { continue }
            self.init(first, subject, detail)
            return
        }
        return nil
    }

    /// `5.0.0` and its like, which say no more than the class.
    var isGeneric: Bool { subject == 0 && detail == 0 }
}

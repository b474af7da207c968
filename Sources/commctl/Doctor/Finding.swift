/// What the doctor found about one thing, and what to do about it.
struct Finding: Sendable, Equatable {
    enum Grade: String, Sendable {
        case good = "ok"
        case advice = "advice"
        case broken = "BROKEN"
    }

    let grade: Grade
    let subject: String
    let text: String

    static func good(_ subject: String, _ text: String) -> Finding {
        Finding(grade: .good, subject: subject, text: text)
    }

    static func advice(_ subject: String, _ text: String) -> Finding {
        Finding(grade: .advice, subject: subject, text: text)
    }

    static func broken(_ subject: String, _ text: String) -> Finding {
        Finding(grade: .broken, subject: subject, text: text)
    }

    /// The line that the operator reads.
    var line: String {
        let mark = grade.rawValue + String(repeating: " ", count: max(0, 7 - grade.rawValue.count))
        let name = subject + String(repeating: " ", count: max(0, 12 - subject.count))
        return "\(mark) \(name) \(text)"
    }
}

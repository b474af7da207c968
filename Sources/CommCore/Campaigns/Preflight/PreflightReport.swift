/// What the gate at scheduling says of a campaign; stored with its artifact and shown by the API.
package struct PreflightReport: Sendable, Equatable, Codable {
    /// What was looked at, errors first.
    package let findings: [PreflightFinding]

    package init(findings: [PreflightFinding]) {
        let order = PreflightFinding.Severity.allCases
        self.findings = order.flatMap { severity in findings.filter { $0.severity == severity } }
    }

    /// Whether the campaign may be scheduled.
    package var passed: Bool { stops.isEmpty }

    /// What stands against scheduling.
    package var stops: [PreflightFinding] { findings.filter { $0.severity == .error } }
}

/// One thing that was looked at.
package struct PreflightFinding: Sendable, Equatable, Codable {
    package enum Severity: String, Sendable, CaseIterable, Codable {
        /// Scheduling is refused.
        case error
        case warning
        /// It is as it should be.
        case info
    }

    package let code: String
    package let severity: Severity
    /// A sentence for the author.
    package let message: String
    package var part: CompileIssue.Part?
    package var line: Int?
    package var column: Int?
    package var measured: Int?
    package var limit: Int?

    /// The finding as the compile step words what it has against a template.
    var issue: CompileIssue {
        CompileIssue(code, message, part: part, line: line, column: column, limit: limit, actual: measured)
    }
}

extension PreflightFinding {
    /// Something that the compile step holds against sending.
    init(blocker: CompileIssue) {
        self.init(
            code: blocker.code,
            severity: .error,
            message: blocker.message,
            part: blocker.part,
            line: blocker.line,
            column: blocker.column,
            measured: blocker.actual,
            limit: blocker.limit
        )
    }
}

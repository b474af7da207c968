/// Why a campaign, or a command to it, was refused.
package struct CampaignError: Error, Sendable {
    package enum Code: String, Sendable, CaseIterable {
        case notFound
        case invalid
        /// The campaign's status does not allow the command; `transition` names both ends.
        case illegalTransition
        /// The template breaks a limit of the compile step; `problems` and `report` say which.
        case validationFailed
        /// It would compile, but must not be sent so; `problems` say why.
        case blocked
        /// Nobody of the lists can be mailed.
        case emptyAudience
        /// It cannot be deleted while it is under way.
        case sending
        /// The tenant wants it approved first.
        case approvalRequired
        /// There is nothing to approve, or it is not what was submitted.
        case approvalState
        /// Its author cannot approve it.
        case ownCampaign
        /// None of the addresses of a test may be mailed; `refused` says why.
        case refused
    }

    package let code: Code
    /// A sentence for the client.
    package let message: String
    package let problems: [FieldProblem]
    package let transition: CampaignTransitionError?
    /// What the compile step has against the template: the errors of `validationFailed`, the blockers of `blocked`.
    package let issues: [CompileIssue]
    /// Everything that the compile step found, where it ran.
    package let report: CompileReport?

    package init(
        _ code: Code,
        _ message: String,
        problems: [FieldProblem] = [],
        transition: CampaignTransitionError? = nil,
        issues: [CompileIssue] = [],
        report: CompileReport? = nil
    ) {
        self.code = code
        self.message = message
        self.problems = problems
        self.transition = transition
        self.issues = issues
        self.report = report
    }

    static let notFound = CampaignError(.notFound, "Campaign not found")

    static func validationFailed(_ error: CompileError) -> CampaignError {
        CampaignError(
            .validationFailed,
            "Security validation failed",
            problems: error.issues.map(FieldProblem.init(issue:)),
            issues: error.issues,
            report: error.report
        )
    }

    static func blocked(_ blockers: [CompileIssue], report: CompileReport) -> CampaignError {
        CampaignError(
            .blocked,
            "The campaign cannot be scheduled: \(blockers.map(\.message).joined(separator: "; "))",
            problems: blockers.map(FieldProblem.init(issue:)),
            issues: blockers,
            report: report
        )
    }

    static func illegal(_ transition: CampaignTransitionError) -> CampaignError {
        CampaignError(
            .illegalTransition,
            "Cannot \(transition.command.rawValue) a campaign that is \(transition.from.rawValue)",
            transition: transition
        )
    }
}

extension FieldProblem {
    /// An issue of the compile step under the name of the template's field that it was found in.
    package init(issue: CompileIssue) {
        let field =
            switch issue.part {
            case .subject: "subject"
            case .html: "body_html"
            case .text: "body_text"
            case .preheader: "preheader"
            case nil: "template"
            }
        self.init(field: field, code: issue.code, message: issue.message)
    }
}

import FoundationEssentials

/// The checks: functions of what was compiled, rendered and set, and of nothing else.
struct PreflightRules {
    let subject: PreflightSubject
    let policy: PreflightPolicy

    /// The whole report.
    var report: PreflightReport {
        let blockers = subject.report.blockers.map(PreflightFinding.init(blocker:))
        let checks = [
            unsubscribeLink, listUnsubscribe, mergeFields, fromAddress, senderDomain, htmlSize, subjectLength, preheaderLength,
            imagesWithoutAlt, imageTextRatio, insecureLinks, subjectCapitals, subjectExclamation,
        ]
        return PreflightReport(findings: blockers + checks.compactMap { $0 })
    }

    // MARK: What has to be there

    private var unsubscribeLink: PreflightFinding? {
        // Told by the compile step already, with its place.
        guard !hasBlocker("missing_unsubscribe_url"), let sample = subject.sample else { return nil }
        guard sample.unsubscribeTokenIsAccepted else {
            return bad(.unsubscribeLink, "The unsubscribe link would not be accepted: no known key has signed it")
        }
        guard sample.showsUnsubscribeURL else {
            return bad(.unsubscribeLink, "The unsubscribe link is not in the part of the mail that people see", part: .html)
        }
        return good(.unsubscribeLink, "The unsubscribe link is in the mail and leads to its page")
    }

    private var listUnsubscribe: PreflightFinding? {
        guard let sample = subject.sample else { return nil }
        guard sample.unsubscribeURL.hasPrefix("https://") else {
            return bad(
                .listUnsubscribe,
                "List-Unsubscribe leads to an address without https, which mail programs do not offer as one click"
            )
        }
        return good(.listUnsubscribe, "List-Unsubscribe and its one-click form are added to every message")
    }

    private var mergeFields: PreflightFinding? {
        guard !hasBlocker("unknown_merge_tag") else { return nil }
        return good(.mergeFields, "All merge tags are known", measured: subject.report.metrics.mergeVariables.count)
    }

    private var fromAddress: PreflightFinding? {
        guard (try? EmailAddress(subject.fromAddress)) != nil else {
            return bad(.fromAddress, "The From address is not a mail address")
        }
        return good(.fromAddress, "The From address is a mail address")
    }

    private var senderDomain: PreflightFinding? {
        guard !subject.senderDomains.isEmpty, let address = try? EmailAddress(subject.fromAddress) else { return nil }
        if subject.isOperatorsAddress { return good(.senderDomain, "The campaign names no sender, so that of the service is used") }
        guard subject.senderDomains.contains(address.domain) else {
            return bad(.senderDomain, "The domain \(address.domain) is not among the sender domains of this account")
        }
        return good(.senderDomain, "The domain \(address.domain) is among the sender domains of this account")
    }

    // MARK: Sizes

    private var htmlSize: PreflightFinding? {
        guard let size = subject.sample?.htmlSize ?? compiledSize else { return nil }
        let limit = policy.limit(.htmlBytes)
        return judge(
            .htmlSize,
            size <= limit,
            "The HTML has up to \(size) bytes once it is personalised; some mail programs hide what is behind \(limit)",
            measured: size,
            limit: limit,
            part: .html
        )
    }

    private var compiledSize: Int? {
        let size = subject.report.metrics.compiledHTMLSize
        return size > 0 ? size : nil
    }

    private var subjectLength: PreflightFinding? {
        let (length, limit) = (longestSubject.count, policy.limit(.subjectCharacters))
        let isGood = length <= limit && !longestSubject.allSatisfy(\.isWhitespace)
        return judge(
            .subjectLength,
            isGood,
            "The subject has up to \(length) characters; about \(limit) are shown in a mailbox",
            measured: length,
            limit: limit,
            part: .subject
        )
    }

    private var preheaderLength: PreflightFinding? {
        let (length, limit) = (subject.report.metrics.preheaderLength, policy.limit(.preheaderCharacters))
        guard length > 0 else {
            return good(.preheaderLength, "There is no preheader: mailboxes show the beginning of the mail", measured: 0)
        }
        return judge(
            .preheaderLength,
            length <= limit,
            "The preheader has \(length) characters; about \(limit) are shown in a mailbox",
            measured: length,
            limit: limit,
            part: .preheader
        )
    }

    // MARK: Content

    private var imagesWithoutAlt: PreflightFinding? {
        let count = subject.report.metrics.imagesWithoutAlt
        let message = count == 0 ? "Every image has a text for those who do not see it" : "\(count) images have no alt text"
        return judge(.imagesWithoutAlt, count == 0, message, measured: count, limit: 0, part: .html)
    }

    private var imageTextRatio: PreflightFinding? {
        let metrics = subject.report.metrics
        guard metrics.imageCount > 0 else { return nil }
        let (share, limit) = (metrics.textLength / metrics.imageCount, policy.limit(.textPerImage))
        return judge(
            .imageTextRatio,
            share >= limit,
            "There are \(share) characters of text for each image; filters distrust mail with fewer than \(limit)",
            measured: share,
            limit: limit,
            part: .html
        )
    }

    private var insecureLinks: PreflightFinding? {
        let count = subject.report.links.count { $0.target.lowercased().hasPrefix("http://") }
        let message = count == 0 ? "All links use https" : "\(count) links do not use https"
        return judge(.insecureLinks, count == 0, message, measured: count, limit: 0, part: .html)
    }

    private var subjectCapitals: PreflightFinding? {
        let letters = subject.subject.filter { $0.isUppercase || $0.isLowercase }
        // Short words are names and abbreviations as a rule.
        guard letters.count >= 8 else { return nil }
        let share = letters.count(where: \.isUppercase) * 100 / letters.count
        return judge(
            .subjectCapitals,
            share <= 70,
            "\(share) % of the subject's letters are capitals",
            measured: share,
            limit: 70,
            part: .subject
        )
    }

    private var subjectExclamation: PreflightFinding? {
        let count = subject.subject.count { $0 == "!" || $0 == "！" }
        let limit = policy.limit(.exclamationMarks)
        guard count > 0 else { return nil }
        return judge(
            .subjectExclamation,
            count <= limit,
            "The subject has \(count) exclamation marks",
            measured: count,
            limit: limit,
            part: .subject
        )
    }

    private var longestSubject: String { subject.sample?.subject ?? subject.subject }

    // MARK: Wording

    private func hasBlocker(_ code: String) -> Bool {
        subject.report.blockers.contains { $0.code == code }
    }

    private func judge(
        _ check: PreflightCheck,
        _ isGood: Bool,
        _ message: String,
        measured: Int,
        limit: Int,
        part: CompileIssue.Part
    ) -> PreflightFinding? {
        isGood
            ? good(check, message, measured: measured, limit: limit, part: part)
            : bad(check, message, measured: measured, limit: limit, part: part)
    }

    private func good(
        _ check: PreflightCheck,
        _ message: String,
        measured: Int? = nil,
        limit: Int? = nil,
        part: CompileIssue.Part? = nil
    ) -> PreflightFinding? {
        guard policy.level(of: check) != .off else { return nil }
        return PreflightFinding(code: check.rawValue, severity: .info, message: message, part: part, measured: measured, limit: limit)
    }

    private func bad(
        _ check: PreflightCheck,
        _ message: String,
        measured: Int? = nil,
        limit: Int? = nil,
        part: CompileIssue.Part? = nil
    ) -> PreflightFinding? {
        let severity: PreflightFinding.Severity
        switch policy.level(of: check) {
        case .off: return nil
        case .warn: severity = .warning
        case .stop: severity = .error
        }
        return PreflightFinding(code: check.rawValue, severity: severity, message: message, part: part, measured: measured, limit: limit)
    }
}

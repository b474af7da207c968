/// Classifies a refusal by its codes, and by its words where the codes are vague.
enum BounceClassifier {
    /// - Parameters:
    ///   - reply: code of the SMTP reply, if there is one.
    ///   - status: enhanced status code as a field of its own; the one in the text counts when this one is generic.
    ///   - text: what the server said.
    static func classify(reply: Int?, status: String?, text: String) -> BounceClass {
        let told = status.flatMap(EnhancedStatusCode.init(in:))
        let inText = EnhancedStatusCode(in: text)
        let code = told?.isGeneric == false ? told : inText ?? told
        if let code, let kind = byCode(code, text: text) { return kind }
        if let kind = BounceText.classify(text) { return kind }
        if let reply, (400..<500).contains(reply) { return .soft }
        return code?.statusClass == 4 ? .soft : .unknown
    }

    /// Classifies what stopped a message that was tried until its time was over: a receiver that does not want the sender or the mail says
    /// so each time, and that is not the address's fault.
    static func classifyGivenUp(reply: Int?, status: String?, text: String) -> BounceClass {
        let kind = classify(reply: reply, status: status, text: text)
        return [.hard, .soft, .unknown].contains(kind) ? .expired : kind
    }

    /// - Returns: nil when the code leaves it open.
    private static func byCode(_ code: EnhancedStatusCode, text: String) -> BounceClass? {
        guard code.statusClass != 2 else { return nil }
        let isPermanent = code.statusClass == 5
        switch (code.subject, code.detail) {
        case (1, 7), (1, 8): return .config
        case (1, 0) where isPermanent: return text.lowercased().contains("sender") ? .config : .hard
        case (1, 1), (1, 2), (1, 3), (1, 4), (1, 6), (1, 10): return isPermanent ? .hard : .soft
        case (1, _): return isPermanent ? nil : .soft
        case (2, 1): return isPermanent && BounceText.isDisabled(text) ? .hard : .soft
        case (2, 2): return .full
        case (2, 3), (3, 4): return .content
        case (2, 4): return .soft
        case (3, _): return .soft
        case (4, 4) where isPermanent && text.lowercased().contains("not found"): return .hard
        case (4, 7): return .expired
        case (4, _): return .soft
        case (5, _): return BounceText.classify(text) ?? .config
        case (6, _): return .content
        case (7, _): return byPolicyCode(code.detail, isPermanent: isPermanent, text: text)
        default: return nil
        }
    }

    private static func byPolicyCode(_ detail: Int, isPermanent: Bool, text: String) -> BounceClass {
        switch detail {
        case 0, 1:
            guard isPermanent else { return .block }
            let words = text.lowercased()
            switch BounceText.classify(text) {
            case .hard?: return .hard
            case .block?: return .block
            case .content?: return .content
            case .config?: return .config
            default: return words.contains("spam") || words.contains("blocked") ? .block : words.contains("relay") ? .config : .policy
            }
        case 8, 9, 11, 14: return .config
        case 13, 17, 18: return isPermanent ? .hard : .soft
        case 27: return isPermanent ? .config : .policy
        case 28, 606...650: return .block
        default: return .policy
        }
    }
}

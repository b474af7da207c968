/// What becomes of content that has no place in mail, class by class.
package struct DangerousContentPolicy: Sendable, Equatable, Codable {
    /// What is done about something.
    package enum Action: String, Sendable, Codable, CaseIterable {
        /// It stays, and is reported as a warning.
        case allow
        /// It is taken out, and reported as a warning.
        case remove
        /// The template is refused.
        case refuse
    }

    /// Content of one kind.
    package enum Class: String, Sendable, Codable, CaseIterable {
        /// Scripts, event handlers, URLs that run code or hold documents.
        case code
        /// CSS that runs code.
        case styles
        /// Documents and programs inside the mail: `iframe`, `object`, `embed`, `applet`, `template`.
        case embeds
        /// What changes or replaces the whole mail: `base`, `meta refresh`, preloading.
        case document
        /// Forms and their fields.
        case forms
        /// Style sheets that are loaded when the mail is read.
        case remoteStyles = "remote_styles"
        /// What different programs read differently: elements that are never closed, `noscript`, `xmp`, HTML inside SVG.
        case ambiguous

        /// Whether a mail may hold it at all.
        var canBeAllowed: Bool { self == .forms || self == .remoteStyles || self == .embeds }
    }

    private var actions: [Class: Action]

    /// - Parameter actions: a class that may not be allowed is taken out instead
    package init(_ actions: [Class: Action]) {
        self.actions = actions
    }

    /// Everything is taken out, but for style sheets that are loaded: many newsletters have their fonts from there.
    package static let remove = DangerousContentPolicy([.remoteStyles: .allow])

    /// Everything is a reason to refuse the template, but for style sheets that are loaded.
    package static let refuse = DangerousContentPolicy(
        Dictionary(uniqueKeysWithValues: Class.allCases.map { ($0, $0 == .remoteStyles ? .allow : .refuse) })
    )

    /// What is done about a class.
    package subscript(kind: Class) -> Action {
        get {
            let action = actions[kind] ?? .remove
            return action == .allow && !kind.canBeAllowed ? .remove : action
        }
        set { actions[kind] = newValue }
    }
}

extension CompileContext {
    /// Reports something that has no place in mail, as the policy has it; whether it has to be taken out.
    @discardableResult
    mutating func report(_ issue: CompileIssue, _ kind: DangerousContentPolicy.Class) -> Bool {
        switch options.dangerousContent[kind] {
        case .allow:
            warn(issue)
            return false
        case .remove:
            warn(issue)
            return true
        case .refuse:
            refuse(issue)
            return true
        }
    }
}

extension Segment {
    /// The segments directly below it, those of every branch.
    var children: [Segment] {
        switch self {
        case .condition(let branches, let otherwise): branches.flatMap(\.then) + otherwise
        case .loop(_, let body, let otherwise): body + otherwise
        default: []
        }
    }

    /// What it asks for itself, apart from the segments below it.
    var sources: [MergeSource] {
        switch self {
        case .value(let source, _, _), .loop(let source, _, _): [source]
        case .condition(let branches, _): branches.flatMap(\.when.sources)
        default: []
        }
    }

    /// Whether the recipient's unsubscribe address is filled in here.
    var isUnsubscribeURL: Bool {
        if case .unsubscribeURL = self { true } else { false }
    }

    /// Whether the address of the mail in a browser is filled in here.
    var isWebVersionURL: Bool {
        if case .webVersionURL = self { true } else { false }
    }

    /// Whether the address of the recipient's preference centre is filled in here.
    var isPreferencesURL: Bool {
        if case .preferencesURL = self { true } else { false }
    }

    /// Whether something of it is written only inside of a loop around it.
    var needsLoop: Bool {
        if case .loop(let source, _, let otherwise) = self { return source.needsLoop || otherwise.contains(where: \.needsLoop) }
        return sources.contains(where: \.needsLoop) || children.contains(where: \.needsLoop)
    }

    /// The same, looking into the targets of tracked links.
    func needsLoop(_ links: [LinkTarget]) -> Bool {
        if case .trackedLink(let place) = self, links.indices.contains(place) { return links[place].url.contains(where: \.needsLoop) }
        return needsLoop
    }

    /// The segment with each one that is no block replaced, those of its branches included.
    package func replacingLeaves(_ change: (Segment) -> [Segment]) -> [Segment] {
        switch self {
        case .condition(let branches, let otherwise):
            let changed = branches.map { Branch(when: $0.when, then: $0.then.flatMap { $0.replacingLeaves(change) }) }
            return [.condition(changed, otherwise: otherwise.flatMap { $0.replacingLeaves(change) })]
        case .loop(let source, let body, let otherwise):
            let changed = body.flatMap { $0.replacingLeaves(change) }
            return [.loop(source, body: changed, otherwise: otherwise.flatMap { $0.replacingLeaves(change) })]
        default: return change(self)
        }
    }
}

extension [Segment] {
    /// Whether every recipient gets an unsubscribe address, whatever branch is taken.
    package var guaranteesUnsubscribeURL: Bool {
        contains { segment in
            switch segment {
            case .unsubscribeURL: true
            case .condition(let branches, let otherwise):
                otherwise.guaranteesUnsubscribeURL && branches.allSatisfy { $0.then.guaranteesUnsubscribeURL }
            default: false
            }
        }
    }

    /// Whether any branch holds a segment like that.
    func holds(_ isWanted: (Segment) -> Bool) -> Bool {
        contains { isWanted($0) || $0.children.holds(isWanted) }
    }
}

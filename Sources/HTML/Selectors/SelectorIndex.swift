/// Finds the selectors that can select an element by what their subject asks for first.
struct SelectorIndex {
    private var byIdentifier: [String: [Int]] = [:]
    private var byClass: [String: [Int]] = [:]
    private var byType: [String: [Int]] = [:]
    private var others: [Int] = []
    private let ignoresCase: Bool

    /// An index of selectors by their places in the list.
    init(_ selectors: some Sequence<(Int, Selector)>, ignoresCase: Bool) {
        self.ignoresCase = ignoresCase
        for (place, selector) in selectors {
            let subject = selector.subject
            if let identifier = subject.identifiers.first {
                byIdentifier[cased(identifier), default: []].append(place)
            } else if let name = subject.classes.first {
                byClass[cased(name), default: []].append(place)
            } else if let type = subject.type {
                byType[type, default: []].append(place)
            } else {
                others.append(place)
            }
        }
    }

    private func cased(_ name: String) -> String {
        ignoresCase ? name.lowercased() : name
    }

    /// Calls the body with each place that may select the element.
    func candidates(for facts: ElementFacts, _ body: (Int) -> Void) {
        if !byIdentifier.isEmpty, let identifier = facts.identifier { byIdentifier[identifier]?.forEach(body) }
        if !byClass.isEmpty {
            for (place, name) in facts.classes.enumerated() where !facts.classes[..<place].contains(name) { byClass[name]?.forEach(body) }
        }
        byType[facts.name]?.forEach(body)
        others.forEach(body)
    }
}

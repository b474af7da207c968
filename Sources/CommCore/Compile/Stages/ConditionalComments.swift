import HTML

extension HTMLDocument {
    /// Tags and comments in source order; a conditional comment is replaced by what is in it, since Outlook reads it as part of the mail.
    var itemsWithConditionalComments: [SourceScanner.Item] {
        var all: [SourceScanner.Item] = []
        all.reserveCapacity(items.count)
        for item in items {
            if case .comment(_, let inside) = item, isConditional(inside) {
                all += SourceScanner.scan(source, in: inside)
            } else {
                all.append(item)
            }
        }
        return all
    }

    /// The comments that Outlook reads as part of the mail.
    var conditionalComments: [Range<Int>] {
        items.compactMap { item in
            if case .comment(let range, let inside) = item, isConditional(inside) { range } else { nil }
        }
    }

    private func isConditional(_ inside: Range<Int>) -> Bool {
        let start = source[inside].drop { $0 <= 0x20 }.prefix(4)
        return start.map { $0 | ($0 >= 0x41 && $0 <= 0x5A ? 0x20 : 0) }.starts(with: Array("[if".utf8))
    }
}

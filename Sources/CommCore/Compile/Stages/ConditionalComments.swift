import HTML

extension HTMLDocument {
    /// Tags and comments in source order; a conditional comment is replaced by what is in it, since Outlook reads it as part of the mail.
    var itemsWithConditionalComments: [SourceScanner.Item] {
        ConditionalComments.opened(items, in: source)
    }

    /// The comments that Outlook reads as part of the mail.
    var conditionalComments: [Range<Int>] {
        items.compactMap { item in
            if case .comment(let range, let inside) = item, ConditionalComments.isConditional(source[inside]) { range } else { nil }
        }
    }
}

/// Comments whose inside Outlook reads: `<!--[if mso]>…<![endif]-->`.
enum ConditionalComments {
    /// The items with those of conditional comments in place of these.
    static func opened(_ items: [SourceScanner.Item], in source: [UInt8]) -> [SourceScanner.Item] {
        var all: [SourceScanner.Item] = []
        all.reserveCapacity(items.count)
        for item in items {
            if case .comment(_, let inside) = item, isConditional(source[inside]) {
                all += SourceScanner.scan(source, in: inside)
            } else {
                all.append(item)
            }
        }
        return all
    }

    static func isConditional(_ inside: ArraySlice<UInt8>) -> Bool {
        let start = inside.drop { $0 <= 0x20 }.prefix(4)
        return start.map { $0 | ($0 >= 0x41 && $0 <= 0x5A ? 0x20 : 0) }.starts(with: Array("[if".utf8))
    }
}

import CommCore
import FoundationEssentials

/// The pages of the unsubscribe link.
extension PublicPage {
    /// What the question on the page offers.
    struct Choices: Sendable {
        /// The public names of the campaign's lists that the person is on; nil when there are none to leave.
        let lists: [String?]?

        static let none = Choices(lists: nil)
    }

    /// - Parameter address: masked; nil when it cannot be looked up at the moment.
    static func askToUnsubscribe(_ address: String?, choices: Choices = .none, in texts: PageTexts) -> PublicPage {
        var options = [Group.Option(name: "scope", value: "all", label: texts.everything, isChosen: true)]
        if let lists = choices.lists {
            let names = lists.compactMap { $0 }
            let label = names.count == lists.count ? texts.onlyList.filled(["list": names.joined(separator: ", ")]) : texts.onlyThisList
            options.append(Group.Option(name: "scope", value: "list", label: label))
        }
        options.append(Group.Option(name: "scope", value: "pause", label: texts.pause30))
        return PublicPage(
            heading: texts.askHeading,
            sentences: [address.map { texts.ask.filled(["address": $0]) } ?? texts.askUnknown],
            points: [texts.point1, texts.point2, texts.point3],
            form: Form(
                hidden: [("confirm", "1")],
                groups: [Group(legend: nil, kind: .radio, options: options)],
                button: texts.unsubscribe
            )
        )
    }

    /// - Parameter undo: the signed token of the button that takes it back; nil leaves the button out.
    static func alreadyUnsubscribed(_ address: String, undo: String?, in texts: PageTexts) -> PublicPage {
        PublicPage(
            heading: texts.alreadyHeading,
            sentences: [texts.already.filled(["address": address])],
            form: undo.map { Form(hidden: [("undo", $0), ("scope", "all")], button: texts.subscribeAgain) },
            afterword: undo == nil ? nil : texts.mistake
        )
    }

    /// - Parameters:
    ///   - undo: the signed token of the button that takes it back.
    ///   - more: what the tenant says besides.
    static func unsubscribed(
        _ address: String,
        from scope: SubscriptionScope,
        undo: String,
        more: String? = nil,
        in texts: PageTexts
    ) -> PublicPage {
        let heading: String
        let sentence: String
        switch scope {
        case .all: (heading, sentence) = (texts.unsubscribedHeading, texts.unsubscribed)
        case .lists: (heading, sentence) = (texts.leftListHeading, texts.leftList)
        case .pause: (heading, sentence) = (texts.pausedHeading, texts.paused)
        }
        return PublicPage(
            heading: heading,
            sentences: [sentence.filled(["address": address, "date": scope.lastDay ?? ""])] + [more].compactMap { $0 },
            form: Form(hidden: [("undo", undo), ("scope", scope.name)], button: scope == .all ? texts.subscribeAgain : texts.undo),
            afterword: texts.mistake
        )
    }

    static func subscribedAgain(_ address: String, in texts: PageTexts) -> PublicPage {
        PublicPage(
            heading: texts.subscribedHeading,
            sentences: [texts.subscribed.filled(["address": address])],
            form: Form(hidden: [("confirm", "1")], button: texts.unsubscribe)
        )
    }

    static func cannotSubscribeAgain(_ address: String, in texts: PageTexts) -> PublicPage {
        PublicPage(heading: texts.refusedHeading, sentences: [texts.refused.filled(["address": address])])
    }

    static func unknownContact(in texts: PageTexts) -> PublicPage {
        PublicPage(heading: texts.unknownHeading, sentences: [texts.unknown])
    }

    static func tryLater(in texts: PageTexts) -> PublicPage {
        PublicPage(heading: texts.laterHeading, sentences: [texts.tryLater])
    }
}

extension SubscriptionScope {
    /// The day a pause ends, as all languages can read it.
    fileprivate var lastDay: String? {
        if case .pause(let until) = self { until.isoDay } else { nil }
    }
}

extension Date {
    /// `2026-12-27`, in UTC.
    var isoDay: String {
        String(ISO8601.string(from: self).prefix(10))
    }
}

import CommCore
import FoundationEssentials

/// The preference centre.
extension PublicPage {
    /// Days for which everything can be paused.
    static let pauses = [30, 60, 90]

    static func preferences(_ preferences: Preferences, language: PageLanguage, isSaved: Bool) -> PublicPage {
        let texts = language.texts
        let address = MaskedAddress.of(preferences.email)
        guard !preferences.isUnsubscribed else {
            return PublicPage(
                heading: texts.preferences,
                sentences: [texts.already.filled(["address": address])],
                form: Form(hidden: [("action", "subscribe")], button: texts.subscribeAgain)
            )
        }
        var groups: [Group] = []
        if !preferences.lists.isEmpty { groups.append(lists(preferences.lists, texts)) }
        groups.append(pause(preferences.pausedUntil, texts))
        let refusal = Group.Option(name: "no_tracking", value: "1", label: texts.refuseTracking, isChosen: preferences.refusesTracking)
        groups.append(Group(legend: nil, kind: .checkbox, options: [refusal]))
        return PublicPage(
            heading: texts.preferences,
            notice: isSaved ? texts.saved : nil,
            sentences: [texts.preferencesFor.filled(["address": address])],
            form: Form(
                hidden: [("action", "save")],
                groups: groups,
                choice: Select(
                    name: "language",
                    label: texts.language,
                    options: PageLanguage.allCases.map { ($0.rawValue, $0.name, $0 == language) }
                ),
                button: texts.save
            ),
            secondForm: Form(hidden: [("action", "unsubscribe")], button: texts.unsubscribe)
        )
    }

    private static func lists(_ lists: [Preferences.List], _ texts: PageTexts) -> Group {
        Group(
            legend: texts.newsletters,
            kind: .checkbox,
            options: lists.map { list in
                Group.Option(
                    name: "list",
                    value: list.id.uuidString.lowercased(),
                    label: list.name ?? "",
                    isChosen: list.isSubscribed
                )
            }
        )
    }

    private static func pause(_ until: Date?, _ texts: PageTexts) -> Group {
        var options = [Group.Option(name: "pause", value: "0", label: texts.noPause, isChosen: until == nil)]
        if let until {
            let label = texts.pausedUntil.filled(["date": until.isoDay])
            options.append(Group.Option(name: "pause", value: "keep", label: label, isChosen: true))
        }
        options += pauses.map { days in
            Group.Option(name: "pause", value: String(days), label: texts.pauseDays.filled(["days": String(days)]))
        }
        return Group(legend: texts.pauseLegend, kind: .radio, options: options)
    }
}

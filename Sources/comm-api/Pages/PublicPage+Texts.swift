/// The pages that recipients can meet.
extension PublicPage {
    private static let unsubscribe = Button(label: "Unsubscribe", name: "confirm", value: "1")
    private static let undo = Button(label: "Subscribe again", name: "undo", value: "1")

    /// - Parameter address: masked; nil when it cannot be looked up at the moment.
    static func askToUnsubscribe(_ address: String?) -> PublicPage {
        PublicPage(
            heading: "Unsubscribe?",
            sentences: [address.map { "You are about to unsubscribe \($0)." } ?? "You are about to unsubscribe."],
            points: [
                "You will get no more newsletters and campaigns from this sender.",
                "It holds at once, also for messages that are already planned.",
                "Nothing has changed yet: press the button to confirm.",
            ],
            button: unsubscribe
        )
    }

    static func alreadyUnsubscribed(_ address: String) -> PublicPage {
        PublicPage(
            heading: "You are unsubscribed",
            sentences: ["\(address) gets no newsletters and campaigns from this sender."],
            button: undo,
            afterword: "Was that a mistake? You can subscribe again here."
        )
    }

    static func unsubscribed(_ address: String) -> PublicPage {
        PublicPage(
            heading: "You have been unsubscribed",
            sentences: ["\(address) will get no more newsletters and campaigns from this sender."],
            button: undo,
            afterword: "Was that a mistake? You can undo it here."
        )
    }

    static func subscribedAgain(_ address: String) -> PublicPage {
        PublicPage(
            heading: "You are subscribed again",
            sentences: ["\(address) will get newsletters and campaigns from this sender as before."],
            button: unsubscribe
        )
    }

    static func cannotSubscribeAgain(_ address: String) -> PublicPage {
        PublicPage(
            heading: "This address cannot be subscribed here",
            sentences: ["Messages to \(address) were returned or reported as unwanted, so it stays unsubscribed."]
        )
    }

    static let invalidLink = PublicPage(
        heading: "This link is not valid",
        sentences: ["Perhaps it was cut off on its way. Please copy the whole link from the message and try again."]
    )

    static let expiredLink = PublicPage(
        heading: "This link has expired",
        sentences: ["The message that it came with is too old. Please use the link of a newer message."]
    )

    static let unknownContact = PublicPage(
        heading: "Nothing left to do",
        sentences: ["This address is no longer in the sender's lists, so it gets no messages from there."]
    )

    static let messageGone = PublicPage(
        heading: "This message is no longer available",
        sentences: ["It cannot be shown in the browser any more. If you still have it in your mailbox, please read it there."]
    )

    static let messageLater = PublicPage(
        heading: "Please try again in a moment",
        sentences: ["The message cannot be shown just now. Open the link again in a minute."]
    )

    static let tryLater = PublicPage(
        heading: "Please try again in a moment",
        sentences: ["Your wish could not be stored just now. Nothing is lost: open the link again in a minute."]
    )
}

/// What pages for recipients say, in one language; `{address}`, `{list}`, `{date}` and `{days}` are filled in.
struct PageTexts: Sendable {
    let unsubscribe: String
    let subscribeAgain: String
    let undo: String
    let askHeading: String
    let ask: String
    let askUnknown: String
    let point1: String
    let point2: String
    let point3: String
    let everything: String
    let onlyList: String
    let onlyThisList: String
    let pause30: String
    let unsubscribedHeading: String
    let unsubscribed: String
    let alreadyHeading: String
    let already: String
    let leftListHeading: String
    let leftList: String
    let pausedHeading: String
    let paused: String
    let mistake: String
    let subscribedHeading: String
    let subscribed: String
    let refusedHeading: String
    let refused: String
    let invalidHeading: String
    let invalid: String
    let expiredHeading: String
    let expired: String
    let unknownHeading: String
    let unknown: String
    let goneHeading: String
    let gone: String
    let laterHeading: String
    let messageLater: String
    let tryLater: String
    let preferences: String
    let preferencesFor: String
    let newsletters: String
    let language: String
    let pauseLegend: String
    let noPause: String
    let pauseDays: String
    let pausedUntil: String
    let refuseTracking: String
    let save: String
    let saved: String
}

extension String {
    /// The text with what belongs into its braces.
    func filled(_ values: [String: String]) -> String {
        values.reduce(self) { text, value in text.replacing("{\(value.key)}", with: value.value) }
    }
}

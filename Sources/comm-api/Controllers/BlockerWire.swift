import CommCore
import FoundationEssentials

/// One reason why a campaign does not move.
struct BlockerWire: Encodable {
    let code: String
    let detail: String
    @OrNull var until: Date?
    @OrNull var who: String?

    init(_ blocker: CampaignBlocker) {
        (code, detail) = (blocker.code.rawValue, blocker.detail)
        _until = OrNull(wrappedValue: blocker.until)
        _who = OrNull(wrappedValue: blocker.who)
    }
}

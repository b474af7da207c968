import FoundationEssentials

/// The body of a bulk deletion: `{"ids":[…]}`.
struct IDsRequest: RequestFields {
    private static let most = 1000

    let ids: [UUID]

    init(_ fields: inout JSONFields) {
        let given = fields.uuids("ids")
        ids = given ?? []
        if given?.isEmpty ?? true { fields.require("ids", false) }
        if ids.count > Self.most { fields.add("ids", "too_long", "holds more than \(Self.most) ids") }
    }
}

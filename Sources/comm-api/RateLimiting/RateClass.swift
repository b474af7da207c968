import CommCore
import HTTPTypes

/// Requests that are counted together.
enum RateClass: String, Sendable, CaseIterable {
    case read, write, send, export
    /// Pages for people, who have no key.
    case publicPages = "public"

    /// The class of a tenant's request, by the scope and the path of its route.
    static func of(_ method: HTTPRequest.Method, path: String?, scope: APIScope) -> RateClass {
        let lastStep = path?.split(separator: "/").last
        if lastStep == "export" || path == "/api/imports/{id}/errors" { return .export }
        if scope == .campaignsSend { return .send }
        return method == .get || method == .head ? .read : .write
    }
}

extension RateSettings {
    /// Requests of a class in a minute; 0 for any number.
    func limit(of rateClass: RateClass) -> Int {
        switch rateClass {
        case .read: read
        case .write: write
        case .send: send
        case .export: export
        case .publicPages: publicPages
        }
    }
}

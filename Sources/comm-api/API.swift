import HTTPTypes
import Hummingbird
import ServiceLifecycle

/// A route that the API answers and documents.
struct DeclaredRoute: Sendable, CustomStringConvertible {
    let method: HTTPRequest.Method
    /// With its parameters in braces.
    let path: String

    var description: String { "\(method.rawValue) \(path)" }
}

/// The built API: the server, and the services that have to run with it.
struct API {
    let server: Application<RouterResponder<APIContext>>
    /// In the order in which they are started; stopped in reverse, after the server.
    let services: [any Service]
    /// Every route that is documented.
    let routes: [DeclaredRoute]
}

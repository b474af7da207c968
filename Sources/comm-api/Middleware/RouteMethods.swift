import HTTPTypes
import Hummingbird

/// What a known path answers to methods that it has no handler for.
enum RouteMethods {
    static let all: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options, .trace, .connect]

    /// Gives every path of the router an OPTIONS answer and a 405 for the rest.
    ///
    /// Call it after the last route.
    static func complete(_ router: Router<APIContext>) {
        let methodsByPath = Dictionary(grouping: router.routes, by: \.path.description)
        for routes in methodsByPath.values {
            guard let path = routes.first?.path else { continue }
            var methods = routes.map(\.method)
            // The router makes HEAD from GET.
            if methods.contains(.get), !methods.contains(.head) { methods.append(.head) }
            if !methods.contains(.options) { methods.append(.options) }
            let allowed = methods.map(\.rawValue).sorted().joined(separator: ", ")
            if !routes.contains(where: { $0.method == .options }) {
                router.on(path, method: .options) { _, _ in Response(status: .noContent, headers: [.allow: allowed]) }
            }
            for method in all where !methods.contains(method) {
                router.on(path, method: method) { _, _ -> Response in throw Problem.methodNotAllowed(allowed) }
            }
        }
    }
}

import Hummingbird

/// What the body of an unsubscribe POST says.
///
/// Mail services send it in every form; a body that cannot be read means "unsubscribe from everything".
struct UnsubscribeForm: Sendable, Equatable {
    /// The signed token of the button that takes it back.
    let undo: String?
    /// `all`, `list` or `pause`, as the page offers them.
    let scope: String?
    /// The mail client did it (RFC 8058), not the page's button.
    let isOneClick: Bool

    /// Reads the body.
    ///
    /// - Throws: only when the connection fails or the body is larger than the limit (bytes).
    init(of request: Request, limit: Int) async throws {
        let form = try await PublicForm(of: request, limit: limit)
        undo = form["undo"]
        scope = form["scope"]
        isOneClick = form["list-unsubscribe"]?.lowercased() == "one-click"
    }
}

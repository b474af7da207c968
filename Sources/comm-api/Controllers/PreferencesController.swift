import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import Postgres

/// The preference centre of a mail's `{{preferences_url}}`: GET shows it and changes nothing, POST saves it.
struct PreferencesController: Sendable {
    private static let largestForm = 64 * 1024

    let verifier: LinkTokenVerifier
    let preferences: PreferencesService
    let subscriptions: SubscriptionService
    let pages: PublicPageRenderer
    let time: any TimeSource

    func show(_ request: Request, context: APIContext) async throws -> Response {
        try await withToken(request, context) { token, fallback in
            guard let known = try await preferences.get(token.subject.subscription) else { return unknown(fallback) }
            return page(known, fallback, isSaved: false)
        }
    }

    func save(_ request: Request, context: APIContext) async throws -> Response {
        try await withToken(request, context) { token, fallback in
            let form = try await PublicForm(of: request, limit: Self.largestForm)
            let subject = token.subject.subscription
            switch form["action"] {
            case "unsubscribe": _ = try await subscriptions.unsubscribe(subject, source: PreferencesService.source)
            case "subscribe":
                if case .refused(let email) = try await subscriptions.resubscribe(subject, source: PreferencesService.source) {
                    let refusal = PublicPage.cannotSubscribeAgain(MaskedAddress.of(email), in: fallback.texts)
                    return pages.response(refusal, in: fallback, status: .conflict)
                }
            case "save":
                guard let saved = try await preferences.update(subject, Self.change(form)) else { return unknown(fallback) }
                return page(saved, fallback, isSaved: true)
            // Nothing that our page sends: nothing is changed.
            default: break
            }
            guard let known = try await preferences.get(subject) else { return unknown(fallback) }
            return page(known, fallback, isSaved: false)
        }
    }

    private static func change(_ form: PublicForm) -> PreferencesChange {
        let pause: PreferencesChange.Pause
        switch form["pause"] {
        case "0": pause = .none
        case let text?: pause = Int(text).flatMap { PublicPage.pauses.contains($0) ? .days($0) : nil } ?? .keep
        case nil: pause = .keep
        }
        return PreferencesChange(
            language: PageLanguage(tag: form["language"])?.rawValue,
            refusesTracking: form["no_tracking"] == "1",
            lists: Set(form.all("list").compactMap(UUID.init(uuidString:))),
            pause: pause
        )
    }

    private func page(_ known: Preferences, _ fallback: PageLanguage, isSaved: Bool) -> Response {
        let language = PageLanguage(tag: known.language) ?? fallback
        return pages.response(.preferences(known, language: language, isSaved: isSaved), in: language, look: PageLook(known.settings))
    }

    private func unknown(_ language: PageLanguage) -> Response {
        pages.response(.unknownContact(in: language.texts), in: language)
    }

    /// Answers with a page, whatever the token and the database are like.
    private func withToken(
        _ request: Request,
        _ context: APIContext,
        _ body: (LinkToken, PageLanguage) async throws -> Response
    ) async throws -> Response {
        let fallback = PageLanguage(request.headers)
        let token: LinkToken
        do {
            token = try verifier.verify(context.parameters.get("token") ?? "", for: .preferences, now: time.now)
        } catch {
            context.logger.debug("preferences link refused", metadata: ["reason": .string(error.code.rawValue)])
            return error.code == .expired
                ? pages.response(.expiredLink(in: fallback.texts), in: fallback, status: .gone)
                : pages.response(.invalidLink(in: fallback.texts), in: fallback, status: .notFound)
        }
        do {
            return try await body(token, fallback)
        } catch let error as PostgresError where error.isTransient {
            var response = pages.response(.tryLater(in: fallback.texts), in: fallback, status: .serviceUnavailable)
            response.headers[.retryAfter] = "60"
            return response
        }
    }
}

import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import Postgres

/// The unsubscribe link of a mail: GET shows a page and changes nothing (mail scanners follow links), POST acts at once (RFC 8058).
struct UnsubscribeController: Sendable {
    /// A one-click request has a few bytes; a form of this size is no unsubscribe.
    private static let largestForm = 64 * 1024
    /// How long a pause lasts, in seconds.
    private static let pause: TimeInterval = 30 * 86_400

    let verifier: LinkTokenVerifier
    let signer: LinkTokenSigner
    let subscriptions: SubscriptionService
    let preferences: PreferencesService
    let pages: PublicPageRenderer
    let time: any TimeSource

    /// The page with the button.
    func show(_ request: Request, context: APIContext) async throws -> Response {
        let fallback = PageLanguage(request.headers)
        let token: LinkToken
        do { token = try verify(context) } catch { return refusal(error, fallback, context) }
        do {
            guard let known = try await preferences.get(token.subject.subscription) else {
                return pages.response(.unknownContact(in: fallback.texts), in: fallback)
            }
            let language = PageLanguage(tag: known.language) ?? fallback
            let address = MaskedAddress.of(known.email)
            let page: PublicPage
            if known.isUnsubscribed {
                page = .alreadyUnsubscribed(address, undo: undo(token), in: language.texts)
            } else {
                let names = known.campaignLists.map(\.name)
                page = .askToUnsubscribe(address, choices: .init(lists: names.isEmpty ? nil : names), in: language.texts)
            }
            return pages.response(page, in: language, look: PageLook(known.settings))
        } catch let error as PostgresError where error.isTransient {
            // Whoever wants to leave can still say so; only the address is missing.
            return pages.response(.askToUnsubscribe(nil, in: fallback.texts), in: fallback)
        }
    }

    /// Unsubscribes, or takes it back with the signed `undo` of the page that said so.
    ///
    /// Any other body means: unsubscribe from everything.
    func act(_ request: Request, context: APIContext) async throws -> Response {
        let fallback = PageLanguage(request.headers)
        let token: LinkToken
        do { token = try verify(context) } catch { return refusal(error, fallback, context) }
        let form = try await UnsubscribeForm(of: request, limit: Self.largestForm)
        let wantsPage = !form.isOneClick && (request.headers[.accept]?.contains("text/html") ?? false)
        do {
            let known = try await preferences.get(token.subject.subscription)
            let view = View(
                language: PageLanguage(tag: known?.language) ?? fallback,
                settings: known?.settings ?? .standard,
                wantsPage: wantsPage
            )
            if let undo = form.undo { return try await takeBack(undo, form, token, known, view) }
            let scope = scope(form, known)
            let source = form.isOneClick ? "one_click" : "link"
            let outcome = try await subscriptions.unsubscribe(token.subject.subscription, scope: scope, source: source)
            return try answer(outcome, token, scope, view)
        } catch let error as PostgresError where error.isTransient {
            guard wantsPage else { throw error }
            var response = pages.response(.tryLater(in: fallback.texts), in: fallback, status: .serviceUnavailable)
            response.headers[.retryAfter] = "60"
            return response
        }
    }

    /// Who is answered, and how.
    private struct View {
        let language: PageLanguage
        let settings: UnsubscribeSettings
        let wantsPage: Bool

        var texts: PageTexts { language.texts }
    }

    /// What is left; everything, unless one of the choices of the page was made and makes sense.
    private func scope(_ form: UnsubscribeForm, _ known: Preferences?) -> SubscriptionScope {
        switch form.scope {
        case "list":
            let lists = known?.campaignLists.map(\.id) ?? []
            return lists.isEmpty ? .all : .lists(lists)
        case "pause": return .pause(until: time.now.addingTimeInterval(Self.pause))
        default: return .all
        }
    }

    private func answer(
        _ outcome: SubscriptionService.Outcome,
        _ token: LinkToken,
        _ scope: SubscriptionScope,
        _ view: View
    ) throws -> Response {
        // Somebody who is not there gets no mail, which is what was asked for.
        guard view.wantsPage else { return try Answer.message("Unsubscribed").response() }
        guard case .done(let email, _) = outcome else { return page(.unknownContact(in: view.texts), view) }
        let address = MaskedAddress.of(email)
        if scope == .all, let landing = view.settings.landing(address: address, campaignID: token.subject.campaignID) {
            return Response(status: .seeOther, headers: [.location: landing, .cacheControl: "no-store", .referrerPolicy: "no-referrer"])
        }
        let more = view.settings.page.confirmationTexts[view.language.rawValue] ?? view.settings.page.confirmationTexts["en"]
        return page(.unsubscribed(address, from: scope, undo: undo(token), more: scope == .all ? more : nil, in: view.texts), view)
    }

    private func takeBack(
        _ undo: String,
        _ form: UnsubscribeForm,
        _ token: LinkToken,
        _ known: Preferences?,
        _ view: View
    ) async throws -> Response {
        let isGenuine = (try? verifier.verify(undo, for: .undo, now: time.now))?.subject == token.subject
        guard isGenuine else {
            guard view.wantsPage else { throw Problem(.conflict, code: "undo_expired", "The time to take it back is over") }
            return page(.expiredLink(in: view.texts), view, status: .conflict)
        }
        let scope: SubscriptionScope
        switch form.scope {
        case "list": scope = .lists(try await subscriptions.campaignLists(of: token.subject.subscription))
        case "pause": scope = .pause(until: time.now)
        default: scope = .all
        }
        switch try await subscriptions.resubscribe(token.subject.subscription, scope: scope, source: "link") {
        case .done(let email, _):
            guard view.wantsPage else { return try Answer.message("Subscribed again").response() }
            return page(.subscribedAgain(MaskedAddress.of(email), in: view.texts), view)
        case .refused(let email):
            guard view.wantsPage else { throw Problem(.conflict, code: "address_refused", "This address cannot be subscribed again here") }
            return page(.cannotSubscribeAgain(MaskedAddress.of(email), in: view.texts), view, status: .conflict)
        case .contactNotFound:
            guard view.wantsPage else { return try Answer.message("Unsubscribed").response() }
            return page(.unknownContact(in: view.texts), view)
        }
    }

    private func page(_ page: PublicPage, _ view: View, status: HTTPResponse.Status = .ok) -> Response {
        pages.response(page, in: view.language, look: PageLook(view.settings), status: status)
    }

    private func undo(_ token: LinkToken) -> String {
        signer.undoToken(for: token.subject, issuedAt: time.now)
    }

    private func verify(_ context: APIContext) throws(LinkTokenError) -> LinkToken {
        try verifier.verify(context.parameters.get("token") ?? "", for: .unsubscribe, now: time.now)
    }

    private func refusal(_ error: LinkTokenError, _ language: PageLanguage, _ context: APIContext) -> Response {
        context.logger.debug("unsubscribe link refused", metadata: ["reason": .string(error.code.rawValue)])
        return error.code == .expired
            ? pages.response(.expiredLink(in: language.texts), in: language, status: .gone)
            : pages.response(.invalidLink(in: language.texts), in: language, status: .notFound)
    }
}

extension LinkTokenSubject {
    var subscription: SubscriptionService.Subject {
        SubscriptionService.Subject(tenantID: tenantID, contactID: contactID, campaignID: campaignID, messageID: messageID)
    }
}

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

    let verifier: LinkTokenVerifier
    let subscriptions: SubscriptionService
    let pages: PublicPageRenderer
    let time: any TimeSource

    /// The page with the button.
    func show(_ request: Request, context: APIContext) async throws -> Response {
        let token: LinkToken
        do { token = try verify(context) } catch { return refusal(error, context) }
        do {
            guard let status = try await subscriptions.status(of: token.subject.subscription) else {
                return pages.response(.unknownContact)
            }
            let address = MaskedAddress.of(status.email)
            return pages.response(status.isUnsubscribed ? .alreadyUnsubscribed(address) : .askToUnsubscribe(address))
        } catch let error as PostgresError where error.isTransient {
            // Whoever wants to leave can still say so; only the address is missing.
            return pages.response(.askToUnsubscribe(nil))
        }
    }

    /// Unsubscribes, or with `undo=1` takes it back.
    ///
    /// Any other body means: unsubscribe.
    func act(_ request: Request, context: APIContext) async throws -> Response {
        let token: LinkToken
        do { token = try verify(context) } catch { return refusal(error, context) }
        let form = try await UnsubscribeForm(of: request, limit: Self.largestForm)
        let wantsPage = request.headers[.accept]?.contains("text/html") ?? false
        do {
            let outcome =
                form.isUndo
                ? try await subscriptions.resubscribe(token.subject.subscription, source: "link")
                : try await subscriptions.unsubscribe(token.subject.subscription, source: form.isOneClick ? "one_click" : "link")
            return try answer(outcome, isUndo: form.isUndo, wantsPage: wantsPage)
        } catch let error as PostgresError where error.isTransient {
            guard wantsPage else { throw error }
            var response = pages.response(.tryLater, status: .serviceUnavailable)
            response.headers[.retryAfter] = "60"
            return response
        }
    }

    private func answer(_ outcome: SubscriptionService.Outcome, isUndo: Bool, wantsPage: Bool) throws -> Response {
        switch outcome {
        case .done(let email, _):
            let address = MaskedAddress.of(email)
            guard wantsPage else {
                return try Answer.message(isUndo ? "Subscribed again" : "Unsubscribed").response()
            }
            return pages.response(isUndo ? .subscribedAgain(address) : .unsubscribed(address))
        case .refused(let email):
            guard wantsPage else { throw Problem(.conflict, code: "address_refused", "This address cannot be subscribed again here") }
            return pages.response(.cannotSubscribeAgain(MaskedAddress.of(email)), status: .conflict)
        case .contactNotFound:
            // Somebody who is not there gets no mail, which is what was asked for.
            guard wantsPage else { return try Answer.message("Unsubscribed").response() }
            return pages.response(.unknownContact)
        }
    }

    private func verify(_ context: APIContext) throws(LinkTokenError) -> LinkToken {
        try verifier.verify(context.parameters.get("token") ?? "", for: .unsubscribe, now: time.now)
    }

    private func refusal(_ error: LinkTokenError, _ context: APIContext) -> Response {
        context.logger.debug("unsubscribe link refused", metadata: ["reason": .string(error.code.rawValue)])
        return error.code == .expired ? pages.response(.expiredLink, status: .gone) : pages.response(.invalidLink, status: .notFound)
    }
}

extension LinkTokenSubject {
    fileprivate var subscription: SubscriptionService.Subject {
        SubscriptionService.Subject(tenantID: tenantID, contactID: contactID, campaignID: campaignID, messageID: messageID)
    }
}

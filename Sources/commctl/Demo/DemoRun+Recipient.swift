import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// What one recipient did, as the campaign's statistics saw it.
struct RecipientVisit: Sendable {
    let clicks: Int
    let unsubscribes: Int
}

extension DemoRun {
    /// The links that the recipient follows, by their place in the mail.
    private static let clickedLinks = [1]

    /// Opens a delivered mail, follows one of its links and unsubscribes; waits until both are seen in the statistics.
    func visit(_ account: DemoAccount, campaign: UUID) async throws -> RecipientVisit {
        let mail = try SinkMail.firstDelivered(index: settings.sinkIndex, store: settings.sinkStore)
        terminal.line("  a delivered mail with \(mail.links.count) tracked links")
        guard mail.links.count == DemoNewsletter.targets.count else {
            throw DemoError("the mail has \(mail.links.count) tracked links, the template has \(DemoNewsletter.targets.count)")
        }
        for index in Self.clickedLinks { try await click(mail.links[index], expecting: DemoNewsletter.targets[index]) }
        try await unsubscribe(mail.oneClick)
        return try await awaitVisit(account, campaign: campaign)
    }

    private func click(_ link: String, expecting target: String) async throws {
        let response = try await visit(.GET, link)
        guard response.status.code == 302, let location = response.headers.first(name: "Location") else {
            throw DemoError("a tracked link answered \(response.status.code) instead of a redirect")
        }
        guard Self.leads(location, to: target) else { throw DemoError("a tracked link led to \(location) instead of \(target)") }
        terminal.line("  clicked: 302 to \(location)")
    }

    /// The page may be fetched by anybody's scanner, so it must change nothing; the one-click request acts.
    private func unsubscribe(_ link: String) async throws {
        let page = try await visit(.GET, link)
        let type = page.headers.first(name: "Content-Type") ?? ""
        guard page.status.code == 200, type.hasPrefix("text/html") else {
            throw DemoError("the unsubscribe page answered \(page.status.code) \(type)")
        }
        let answer = try await visit(.POST, link, form: "List-Unsubscribe=One-Click")
        guard answer.status.code == 200 else { throw DemoError("one-click unsubscribe answered \(answer.status.code)") }
        terminal.line("  unsubscribed: the page is shown, one click is accepted")
    }

    private func visit(_ method: HTTPMethod, _ link: String, form: String? = nil) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: try reachable(link))
        request.method = method
        // As a browser does when somebody clicks: otherwise the click is taken for a scanner's.
        request.headers.add(name: "User-Agent", value: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
        request.headers.add(name: "Accept-Language", value: "en-GB,en;q=0.8")
        request.headers.add(name: "Sec-Fetch-User", value: "?1")
        if let form {
            request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            request.body = .bytes(ByteBuffer(string: form))
        }
        let response = try await http.execute(request, timeout: .seconds(30))
        _ = try await response.body.collect(upTo: 1 << 20)
        return response
    }

    /// The link itself; one that leads to the public tracking host, which does not exist here, is asked of comm-api directly.
    private func reachable(_ link: String) throws -> String {
        guard !link.hasPrefix(settings.api + "/") else { return link }
        guard let parts = URLComponents(string: link) else { throw DemoError("not a URL: \(link)") }
        return settings.api + parts.percentEncodedPath + (parts.percentEncodedQuery.map { "?" + $0 } ?? "")
    }

    /// Whether `location` is the target, with campaign parameters at the end of its query at most.
    static func leads(_ location: String, to target: String) -> Bool {
        guard let found = URLComponents(string: location), let wanted = URLComponents(string: target) else { return false }
        let query = found.percentEncodedQueryItems ?? []
        return found.scheme == wanted.scheme && found.host == wanted.host && found.percentEncodedPath == wanted.percentEncodedPath
            && found.fragment == wanted.fragment
            && query.filter({ !$0.name.hasPrefix("utm_") }) == (wanted.percentEncodedQueryItems ?? [])
    }

    private func awaitVisit(_ account: DemoAccount, campaign: UUID) async throws -> RecipientVisit {
        let clock = ContinuousClock()
        let end = clock.now + settings.patience
        while true {
            let stats: DemoWire.Stats = try await account.api.send(.GET, "/api/campaigns/\(campaign.wire)/stats")
            if stats.clicks >= Self.clickedLinks.count, stats.unsubscribed > 0 {
                terminal.line("  \(stats.clicks) clicks and the unsubscribe are in the campaign's statistics")
                return RecipientVisit(clicks: stats.clicks, unsubscribes: stats.unsubscribed)
            }
            guard clock.now < end else {
                throw DemoError("the statistics show \(stats.clicks) clicks and \(stats.unsubscribed) unsubscribes")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}

/// What a `User-Agent` says about its bearer, where it says anything.
package enum AgentKind: Sendable, Equatable {
    /// A mail security product.
    case scanner
    /// A programming library, a command, a headless browser, a crawler.
    case tool
    /// A messenger or a social network that makes a preview.
    case preview
    /// Loads images when the reader opens the mail.
    case imageProxy
    /// `Mozilla/5.0` and nothing else: what Apple's Mail Privacy Protection sends.
    case bare
    /// Sent none.
    case missing
    /// Looks like a browser or a mail program.
    case reader

    /// The table is searched in this order; what is looked for is in lower case.
    private static let words: [(kind: AgentKind, words: [String])] = [
        (.imageProxy, ["googleimageproxy", "yahoomailproxy", "yahoo! slurp mailproxy"]),
        (
            .scanner,
            [
                "barracuda", "mimecast", "proofpoint", "fortimail", "fortiguard", "trendmicro", "messagelabs", "ironport", "safelinks",
                "microsoft office existence discovery", "cloudmark", "sophos", "mailscanner", "urldefense", "zscaler", "virustotal",
                "google-safety", "netcraft", "phishtank", "paloalto", "bitdefender",
            ]
        ),
        (
            .preview,
            [
                "slackbot", "slack-imgproxy", "facebookexternalhit", "facebot", "whatsapp", "telegrambot", "twitterbot", "linkedinbot",
                "discordbot", "skypeuripreview", "bingpreview", "viber", "mattermost", "embedly", "redditbot", "applebot",
            ]
        ),
        (
            .tool,
            [
                "curl/", "wget/", "python-requests", "python-urllib", "python/", "aiohttp", "httpx", "go-http-client", "okhttp", "java/",
                "apache-httpclient", "libwww-perl", "lwp::", "ruby", "php/", "guzzlehttp", "node-fetch", "axios/", "undici", "got (",
                "headlesschrome", "phantomjs", "selenium", "puppeteer", "playwright", "scrapy", "bot/", "bot;", "crawler", "spider",
                "googlebot", "bingbot", "dataprovider", "ltx71", "httpclient",
            ]
        ),
    ]

    package init(userAgent: String?) {
        guard let text = userAgent?.lowercased(), !text.isEmpty else {
            self = .missing
            return
        }
        if text == "mozilla/5.0" {
            self = .bare
            return
        }
        self = Self.words.first { $0.words.contains { text.contains($0) } }?.kind ?? .reader
    }
}

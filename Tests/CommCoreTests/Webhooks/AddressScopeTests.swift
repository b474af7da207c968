import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Addresses that may be called for a tenant")
struct AddressScopeTests {
    @Test(
        "special-purpose addresses are told apart",
        arguments: [
            ("0.0.0.0", "reserved"), ("0.1.2.3", "reserved"), ("10.0.0.1", "private"), ("10.255.255.255", "private"),
            ("100.64.0.1", "shared"), ("100.127.255.255", "shared"), ("127.0.0.1", "loopback"), ("127.255.0.1", "loopback"),
            ("169.254.169.254", "linkLocal"), ("168.63.129.16", "linkLocal"), ("172.16.0.1", "private"), ("172.31.255.255", "private"),
            ("192.0.0.8", "reserved"), ("192.0.2.1", "reserved"), ("192.88.99.1", "reserved"), ("192.168.1.1", "private"),
            ("198.18.0.1", "reserved"), ("198.19.255.255", "reserved"), ("198.51.100.7", "reserved"), ("203.0.113.7", "reserved"),
            ("224.0.0.1", "multicast"), ("239.255.255.255", "multicast"), ("240.0.0.1", "reserved"), ("255.255.255.255", "reserved"),
            ("::", "reserved"), ("::1", "loopback"), ("fc00::1", "private"), ("fdff::1", "private"), ("fe80::1", "linkLocal"),
            ("fe80::1%eth0", "linkLocal"), ("febf::1", "linkLocal"), ("fec0::1", "private"), ("ff02::1", "multicast"),
            ("::ffff:127.0.0.1", "loopback"), ("::ffff:10.1.2.3", "private"), ("::ffff:8.8.8.8", "reserved"), ("::127.0.0.1", "loopback"),
            ("64:ff9b::127.0.0.1", "loopback"), ("64:ff9b::8.8.8.8", "reserved"), ("64:ff9b:1::a00:1", "private"),
            ("2002:7f00:1::", "loopback"), ("2002:a9fe:a9fe::", "linkLocal"), ("2002:808:808::1", "reserved"),
            ("2001::1", "reserved"), ("2001:db8::1", "reserved"), ("2001:0:1:2:3:4:80ff:fffe", "loopback"),
            ("::ffff:0:10.0.0.1", "private"),
            ("3fff::1", "reserved"), ("100::1", "reserved"), ("4000::1", "reserved"), ("fd00:ec2::254", "private"),
            ("8.8.8.8", "public"), ("100.63.255.255", "public"), ("100.128.0.1", "public"), ("172.15.0.1", "public"),
            ("172.32.0.1", "public"),
            ("192.167.255.255", "public"), ("192.169.0.1", "public"), ("198.17.255.255", "public"), ("198.20.0.1", "public"),
            ("223.255.255.255", "public"), ("11.0.0.1", "public"), ("9.255.255.255", "public"), ("126.255.255.255", "public"),
            ("128.0.0.1", "public"), ("2606:4700::1111", "public"), ("2001:4860:4860::8888", "public"), ("2a00:1450::1", "public"),
        ]
    )
    func table(text: String, scope: String) throws {
        let address = try #require(IPAddress(text), "\(text)")
        #expect(AddressScope(address).rawValue == scope, "\(text)")
    }

    @Test(
        "only the standard notation is an address",
        arguments: ["2130706433", "0x7f.0.0.1", "0177.0.0.1", "127.1", "1.2.3", "::g", "", "a.b"]
    )
    func notation(text: String) {
        #expect(IPAddress(text) == nil)
    }

    /// Another way to say it: whether an IPv4 address is public, by plain comparison of numbers.
    private static func isPublic(_ n: UInt32) -> Bool {
        let blocks: [(UInt32, UInt32)] = [
            (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16), (0xAC10_0000, 12),
            (0xC000_0000, 24), (0xC000_0200, 24), (0xC01F_C400, 24), (0xC034_C100, 24), (0xC058_6300, 24), (0xC0A8_0000, 16),
            (0xC0AF_3000, 24), (0xC612_0000, 15), (0xC633_6400, 24), (0xCB00_7100, 24), (0xA83F_8110, 32), (0xE000_0000, 4),
            (0xF000_0000, 4),
        ]
        return !blocks.contains { block, bits in n >> (32 - bits) == block >> (32 - bits) }
    }

    @Test("every IPv4 address is judged alike by blocks and by numbers, at every block's edges, and is never public inside IPv6")
    func property() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let edges: [UInt32] = [
            0x0A00_0000, 0x0B00_0000, 0x6440_0000, 0x6480_0000, 0x7F00_0000, 0x8000_0000, 0xA9FE_0000, 0xA9FF_0000, 0xAC10_0000,
            0xAC20_0000,
            0xC0A8_0000, 0xC0A9_0000, 0xC612_0000, 0xC614_0000, 0xE000_0000, 0xF000_0000,
        ]
        let numbers = edges.flatMap { [$0 &- 1, $0, $0 &+ 1] } + (0..<20_000).map { _ in UInt32.random(in: 0 ... .max, using: &random) }
        for number in numbers {
            let four = withUnsafeBytes(of: number.bigEndian) { Array($0) }
            let scope = AddressScope(IPAddress(bytes: four))
            #expect((scope == .public) == Self.isPublic(number), "seed \(seed): \(four)")
            let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + four
            let translated: [UInt8] = [0, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8) + four
            let sixToFour: [UInt8] = [0x20, 0x02] + four + [UInt8](repeating: 0, count: 10)
            for bytes in [mapped, translated, sixToFour] {
                let inside = AddressScope(IPAddress(bytes: bytes))
                #expect(inside != .public && (scope == .public || inside == scope), "seed \(seed): \(bytes)")
            }
        }
    }

    @Test("of random IPv6 addresses only those of 2000::/3 are public")
    func propertySix() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            let bytes = (0..<16).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
            if AddressScope(IPAddress(bytes: bytes)) == .public { #expect(bytes[0] >> 5 == 1, "seed \(seed): \(bytes)") }
        }
    }

    @Test(
        "addresses that may not be called are refused with the reason",
        arguments: [
            ("http://hooks.example.com/", "https"), ("ftp://hooks.example.com/", "https"), ("hooks.example.com", "is not an address"),
            ("https://user:pw@hooks.example.com/", "user name"), ("https://hooks.example.com/#x", "fragment"),
            ("https://hooks.example.com:22/", "port"), ("https://localhost/", "private network"),
            ("https://db.internal/", "private network"),
            ("https://printer/", "private network"), ("https://127.0.0.1/", "not public"), ("https://[::1]/", "not public"),
            ("https://169.254.169.254/latest/meta-data", "not public"), ("https://[::ffff:10.0.0.1]/", "not public"),
            ("https://a b.example.com/", "is not an address"), ("https://hooks.example.com\\@evil.test/", "is not an address"),
            ("https:///x", "is not an address"), ("", "is not an address"), ("https://-.example.com/", "no domain name"),
        ]
    )
    func refused(url: String, reason: String) {
        let error = #expect(throws: WebhookURL.Refusal.self) { try WebhookURL(url, policy: .standard) }
        #expect(error?.reason.contains(reason) == true, "\(url): \(error?.reason ?? "")")
    }

    @Test("an address is kept as it is called")
    func accepted() throws {
        let url = try WebhookURL("HTTPS://Hooks.Example.com/Path?x=1", policy: .standard)
        #expect(url.text == "https://hooks.example.com/Path?x=1" && url.port == 443 && url.host == "hooks.example.com")
        #expect(try WebhookURL("https://münchen.de/", policy: .standard).text == "https://xn--mnchen-3ya.de/")
        #expect(try WebhookURL("https://8.8.8.8:8443/", policy: .standard).host == "8.8.8.8")
        #expect(try WebhookURL("https://[2606:4700::1111]/x", policy: .standard).text == "https://[2606:4700::1111]/x")
        #expect(try WebhookURL("http://127.0.0.1:9000/", policy: TargetPolicy(targets: .any, ports: [])).port == 9000)
    }

    @Test("a name is called only when every address behind it is public")
    func resolving() async throws {
        let names = WebhookBench.Names(known: [
            "good.example.com": ["93.184.216.34", "2606:4700::1111"], "mixed.example.com": ["93.184.216.34", "10.0.0.1"],
            "bad.example.com": ["127.0.0.1"], "odd.example.com": ["not an address"],
        ])
        let resolver = TargetResolver(resolver: names, policy: .standard)
        func find(_ host: String) async throws -> TargetResolver.Finding {
            await resolver.find(try WebhookURL("https://\(host)/", policy: .standard))
        }
        #expect(try await find("good.example.com") == .addresses(["93.184.216.34", "2606:4700::1111"]))
        for host in ["mixed.example.com", "bad.example.com", "odd.example.com"] { #expect(try await find(host) == .refused) }
        #expect(try await find("gone.example.com") == .unknownHost)
        #expect(try await find("8.8.8.8") == .addresses(["8.8.8.8"]))
    }
}

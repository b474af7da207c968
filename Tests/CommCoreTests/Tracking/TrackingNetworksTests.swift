import Testing

@testable import CommCore

@Suite("Networks of scanners")
struct TrackingNetworksTests {
    private let networks = TrackingNetworks([
        ("17.0.0.0/8", .machine), ("17.58.0.0/16", .scanner), ("2001:db8:a000::/36", .scanner), ("203.0.113.9", .scanner),
        ("nonsense", .scanner), ("10.0.0.0/40", .scanner),
    ])

    @Test(
        "the narrowest network that holds an address decides",
        arguments: [
            ("17.1.2.3", .machine), ("17.58.255.1", .scanner), ("18.0.0.1", nil), ("203.0.113.9", .scanner), ("203.0.113.8", nil),
            ("2001:db8:a123::1", .scanner), ("2001:db8:b000::1", nil), ("::ffff:17.1.2.3", .machine), ("10.0.0.1", nil), ("x", nil),
            ("", nil), ("1.2.3", nil), ("1.2.3.4.5", nil), ("256.1.1.1", nil), ("::", nil), (":::", nil),
        ] as [(String, TrackingVerdict?)]
    )
    func lookup(address: String, verdict: TrackingVerdict?) {
        #expect(networks.verdict(on: address) == verdict)
    }

    @Test("nobody's address is in no network")
    func missing() {
        #expect(networks.verdict(on: nil) == nil)
        #expect(TrackingNetworks.none.verdict(on: "17.1.2.3") == nil)
    }
}

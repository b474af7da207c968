/// The generic cell rate algorithm (ITU-T I.371): one moment is all that is remembered of a caller.
///
/// It lets a whole minute's quota through at once and then one request each time that a sixtieth of a minute's quota has come back,
/// so there is no window at whose edge twice as much passes.
struct CellRate: Sendable {
    /// Requests in a minute, and at once.
    let limit: Int

    /// Between two requests at the steady rate.
    var interval: Int64 { max(1, 60_000_000 / Int64(limit)) }
    /// How far ahead of now the remembered moment may be.
    var tolerance: Int64 { interval * Int64(limit) }

    /// Counts a request at `now`; moments are microseconds.
    ///
    /// - Parameter arrival: the remembered moment, nil for the first request.
    /// - Returns: the standing, and the moment to remember (the same one when the request is refused).
    func count(arrival: Int64?, now: Int64) -> (standing: RateStanding, arrival: Int64) {
        let start = max(arrival ?? now, now)
        let next = start + interval
        let wait = next - tolerance - now
        guard wait <= 0 else { return (Self.standing(self, ahead: start - now, wait: wait), start) }
        return (Self.standing(self, ahead: next - now, wait: 0), next)
    }

    /// - Parameter ahead: how far the remembered moment is ahead of now.
    static func standing(_ rate: CellRate, ahead: Int64, wait: Int64) -> RateStanding {
        RateStanding(
            isAllowed: wait <= 0,
            remaining: wait > 0 ? 0 : Int(max(0, (rate.tolerance - ahead) / rate.interval)),
            secondsToFull: Int((ahead + 999_999) / 1_000_000),
            retryAfter: Int((wait + 999_999) / 1_000_000)
        )
    }
}

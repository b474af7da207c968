extension Duration {
    /// The duration as seconds, for times that are reckoned as Foundation dates.
    package var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}

/// What a `style` attribute gains.
struct StyleAttributeChange {
    /// The attribute where none has been: a blank, the name, the value in quotes.
    var whole: [UInt8] = []
    /// What comes into an attribute that is there, by distance from the beginning of its value.
    var insertions: [(offset: Int, bytes: [UInt8])] = []
}

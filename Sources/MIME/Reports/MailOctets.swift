/// Makes the octets of a mail that came by whatever way fit to be parsed.
package enum MailOctets {
    /// Drops the line by which mbox files begin a mail, and turns lone CR, if there is no LF at all, into line ends.
    package static func normalized(_ octets: [UInt8]) -> [UInt8] {
        var octets = octets
        if !octets.contains(ASCIIClass.lf) {
            for place in octets.indices where octets[place] == ASCIIClass.cr { octets[place] = ASCIIClass.lf }
        }
        if octets.starts(with: "From ".utf8), let end = octets.firstIndex(of: ASCIIClass.lf) { octets.removeFirst(end + 1) }
        return octets
    }
}

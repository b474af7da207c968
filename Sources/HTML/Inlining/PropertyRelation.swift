/// Which properties set the same thing: a shorthand and its longhands.
enum PropertyRelation {
    /// Whether a declaration of one can undo a declaration of the other.
    static func areRelated(_ left: String, _ right: String) -> Bool {
        if left == right || left == "all" || right == "all" { return true }
        // Most pairs are told apart by their first letter.
        guard left.utf8.first == right.utf8.first || left == "font" || right == "font" else { return false }
        let (short, long) = left.utf8.count < right.utf8.count ? (left, right) : (right, left)
        if long.utf8.count > short.utf8.count, long.hasPrefix(short),
            long.utf8[long.utf8.index(long.startIndex, offsetBy: short.utf8.count)] == UInt8(ascii: "-")
        {
            return !isIndependent(long)
        }
        if short == "font", long == "line-height" { return true }
        return areCrossingBorders(left, right)
    }

    /// Begins with a shorthand's name without being a part of it.
    private static func isIndependent(_ property: String) -> Bool {
        ["border-radius", "border-collapse", "border-spacing", "border-image"].contains { property.hasPrefix($0) }
    }

    /// `border-top` and `border-color` set the same colour.
    private static func areCrossingBorders(_ left: String, _ right: String) -> Bool {
        guard let (leftSide, leftAspect) = border(left), let (rightSide, rightAspect) = border(right) else { return false }
        let sideMeets = leftSide == nil || rightSide == nil || leftSide == rightSide
        let aspectMeets = leftAspect == nil || rightAspect == nil || leftAspect == rightAspect
        return sideMeets && aspectMeets
    }

    private static func border(_ property: String) -> (side: Substring?, aspect: Substring?)? {
        let parts = property.split(separator: "-")
        guard parts.first == "border", parts.count <= 3 else { return nil }
        var side: Substring?
        var aspect: Substring?
        for part in parts.dropFirst() {
            switch part {
            case "top", "right", "bottom", "left": side = part
            case "color", "style", "width": aspect = part
            default: return nil
            }
        }
        return (side, aspect)
    }
}

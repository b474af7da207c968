/// A mail that nobody would write, made of everything that a cascade can be wrong about.
struct RandomMail {
    private static let properties = [
        "margin": ["0", "4px", "1px 2px", "auto", "-3px 0 2px", "5%"], "margin-left": ["7px", "auto", "0"],
        "margin-top": ["9px", "inherit"],
        "padding": ["0", "3px 5px", "1em"], "padding-right": ["11px", "initial"], "padding-inline-start": ["13px"],
        "border": ["1px solid red", "0", "none", "thick double"], "border-left": ["3px dotted blue"], "border-width": ["1px 2px 3px 4px"],
        "border-color": ["green", "currentcolor"], "border-top-color": ["#123456"], "border-style": ["solid none"],
        "background": ["#eee", "none", "url(x.png) no-repeat #ccc", "linear-gradient(red, blue)"],
        "background-color": ["yellow", "rgba(1,2,3,.5)"],
        "font": ["italic 14px/1.5 serif", "bold 10px monospace", "inherit"], "font-size": ["12px", "1.5em", "120%", "larger"],
        "font-weight": ["bold", "300", "normal"], "line-height": ["1", "normal", "20px"],
        "color": ["red", "#00f", "inherit", "currentColor"],
        "text-decoration": ["underline", "none", "line-through dotted"], "text-decoration-color": ["lime"],
        "display": ["block", "inline", "none", "inline-block"],
        "width": ["100px", "50%", "auto"], "max-width": ["60px", "none"], "list-style": ["square inside", "none"],
        "list-style-type": ["upper-roman"],
        "all": ["unset"], "inset": ["1px"], "top": ["4px"], "position": ["relative"], "overflow": ["hidden", "auto scroll"],
        "overflow-x": ["visible"],
        "flex": ["1", "0 1 auto"], "flex-grow": ["2"], "border-radius": ["3px", "1px / 2px"], "border-top-left-radius": ["6px"],
        "direction": ["rtl"],
        "--own": ["red"], "outline": ["1px solid var(--own)"], "letter-spacing": ["var(--own, 2px)"], "colour": ["red"],
        "height": ["10 px", "8px"],
        "text-align": ["right", "center"], "vertical-align": ["top", "-2px"], "columns": ["2"], "column-count": ["3"],
        "opacity": ["0.5", "50%"],
    ]
    private static let names = properties.keys.sorted()
    // A bare `*` would make the style elements themselves visible.
    private static let simple = [
        "p", "div", "a", "span", "td", "li", "body *", ".a", ".b", ".c", "#i", "[title]", "[class~=a]", "p.a", "td.b", "a[href]", "DIV",
    ]
    private static let extra = [
        ":first-child", ":last-child", ":nth-child(2n+1)", ":nth-child(2)", ":not(.a)", ":nth-of-type(2)", ":only-child", ":empty",
        ":hover", ":link",
        "::before", ":active", ":nth-last-child(2)", ":is(.a, #i)", ":where(.b)", ":not(.a, .b)", ":focus",
    ]
    private static let media = ["(max-width: 400px)", "screen", "print", "(min-width: 600px)", "(prefers-color-scheme: dark)"]

    private var random: SeededRandom
    private var number = 0

    /// The mail that a seed stands for.
    static func html(seed: UInt64) -> String {
        var mail = RandomMail(random: SeededRandom(seed: seed))
        let doctype = mail.chance(4) ? "" : "<!DOCTYPE html>"
        let styles = (0..<mail.random.below(3) + 1).map { _ in "<style>\(mail.sheet())</style>" }.joined()
        return "\(doctype)<html><head>\(styles)</head><body>\(mail.content(depth: 0))\(mail.content(depth: 0))</body></html>"
    }

    private mutating func chance(_ odds: Int) -> Bool {
        random.below(odds) == 0
    }

    private mutating func one(of list: [String]) -> String {
        list[random.below(list.count)]
    }

    private mutating func declarations() -> String {
        (0..<random.below(4) + 1).map { _ in
            let name = one(of: Self.names)
            return "\(name):\(one(of: Self.properties[name] ?? ["0"]))\(chance(5) ? " !important" : "")"
        }.joined(separator: ";")
    }

    private mutating func compound() -> String {
        one(of: Self.simple) + (chance(3) ? one(of: Self.extra) : "")
    }

    private mutating func selector() -> String {
        var text = compound()
        for _ in 0..<random.below(3) { text = compound().replacing("::before", with: "") + one(of: [" ", ">", "+", "~", " "]) + text }
        return chance(5) ? text + "," + compound() : text
    }

    private mutating func sheet() -> String {
        (0..<random.below(7) + 1).map { _ in
            let rule = "\(selector()){\(declarations())}"
            return chance(5) ? "@media \(one(of: Self.media)){\(rule)}" : rule
        }.joined(separator: "\n")
    }

    private mutating func attributes() -> String {
        var text = ""
        if chance(2) { text += " class=\"\(one(of: ["a", "b", "c", "a b", "A", "b c"]))\"" }
        if chance(9) { text += " id=i" }
        if chance(6) { text += " title=t" }
        if chance(4) { text += " style=\"\(declarations())\"" }
        return text
    }

    private mutating func content(depth: Int) -> String {
        number += 1
        let inner = depth > 3 || chance(4) ? "text \(number)" : (0..<random.below(3) + 1).map { _ in content(depth: depth + 1) }.joined()
        switch random.below(7) {
        case 0: return "<p\(attributes())>text \(number)</p>"
        case 1: return "<a\(attributes()) href=\"https://e.test/\(number)\">link \(number)</a>"
        case 2: return "<span\(attributes())>words</span>"
        case 3: return "<table\(attributes())><tr\(attributes())><td\(attributes())>\(inner)</td><td\(attributes())>x</td></tr></table>"
        case 4: return "<ul\(attributes())><li\(attributes())>\(inner)</li><li\(attributes())>y</li></ul>"
        default: return "<div\(attributes())>\(inner)</div>"
        }
    }
}

/// Numbers that a seed determines (SplitMix64).
struct SeededRandom {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}

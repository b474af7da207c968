/// The pages of links that lead nowhere.
extension PublicPage {
    static func invalidLink(in texts: PageTexts) -> PublicPage {
        PublicPage(heading: texts.invalidHeading, sentences: [texts.invalid])
    }

    static func expiredLink(in texts: PageTexts) -> PublicPage {
        PublicPage(heading: texts.expiredHeading, sentences: [texts.expired])
    }

    static func messageGone(in texts: PageTexts) -> PublicPage {
        PublicPage(heading: texts.goneHeading, sentences: [texts.gone])
    }

    static func messageLater(in texts: PageTexts) -> PublicPage {
        PublicPage(heading: texts.laterHeading, sentences: [texts.messageLater])
    }
}

/// Why a contact or a list was not found, or what was sent for it was refused.
package typealias ContactError = Refusal<ContactErrorCode>

package enum ContactErrorCode: String, RefusalCode, CaseIterable {
    case notFound
    case invalid
}

extension ContactError {
    static var contactNotFound: ContactError { ContactError(.notFound, "Contact not found") }
    static var listNotFound: ContactError { ContactError(.notFound, "List not found") }
}

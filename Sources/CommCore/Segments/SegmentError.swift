/// Why a filter, a saved filter or a page of recipients was refused.
package typealias SegmentError = Refusal<SegmentErrorCode>

package enum SegmentErrorCode: String, RefusalCode, CaseIterable {
    case notFound
    case invalid
    /// A filter of that name is there already.
    case nameTaken
}

extension SegmentError {
    static var filterNotFound: SegmentError { SegmentError(.notFound, "Filter not found") }
    static var nameTaken: SegmentError { SegmentError(.nameTaken, "A filter of that name exists") }

    static func invalid(_ field: String, _ message: String) -> SegmentError {
        invalid(field, "invalid", message)
    }
}

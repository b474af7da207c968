import COpenAPI

/// The description of the API that is served as `/openapi.json`.
enum OpenAPIDocument {
    /// JSON.
    static let bytes = Array(UnsafeBufferPointer(start: comm_openapi(), count: Int(comm_openapi_size())))
}

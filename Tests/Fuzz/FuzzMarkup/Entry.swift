#if COMM_FUZZ
    import Foundation

    /// The name that libFuzzer calls; COMM_FUZZ_CHECK says which check.
    @_cdecl("LLVMFuzzerTestOneInput")
    package func fuzzMarkup(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        do {
            try check.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
        } catch {
            preconditionFailure("\(error)")
        }
        return 0
    }

    private let check = ProcessInfo.processInfo.environment["COMM_FUZZ_CHECK"].flatMap(MarkupCheck.init) ?? .html
#endif

#if COMM_FUZZ
    /// The name that libFuzzer calls.
    @_cdecl("LLVMFuzzerTestOneInput")
    package func fuzzTemplates(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        do {
            try TemplateCheck.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
        } catch {
            preconditionFailure("\(error)")
        }
        return 0
    }
#endif

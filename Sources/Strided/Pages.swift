import Foundation

/// Memory from the system: small blocks from malloc, large ones from mmap on huge pages where the system has them.
enum Pages {
    static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
        guard bytes >= SizeClass.hugePage else {
            var block: UnsafeMutableRawPointer?
            return posix_memalign(&block, 64, bytes) == 0 ? block : nil
        }
        // Map a huge page more than needed and trim both ends, so that the block starts on a huge page.
        let page = SizeClass.hugePage
        let reserved = mmap(nil, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | anonymous, -1, 0)
        guard let reserved, reserved != MAP_FAILED else { return nil }
        let block = reserved.alignedUp(toMultipleOf: page)
        let lead = block - reserved
        let length = rounded(bytes)
        if lead > 0 { munmap(reserved, lead) }
        let tail = rounded(bytes + page) - lead - length
        if tail > 0 { munmap(block + length, tail) }
        #if os(Linux)
            madvise(block, length, 14)  // MADV_HUGEPAGE; where it is refused, small pages serve
        #endif
        return block
    }

    static func free(_ block: UnsafeMutableRawPointer, _ bytes: Int) {
        if bytes >= SizeClass.hugePage {
            munmap(block, rounded(bytes))
        } else {
            Foundation.free(block)
        }
    }

    private static let page = Int(sysconf(Int32(_SC_PAGESIZE)))

    private static func rounded(_ bytes: Int) -> Int { (bytes + page - 1) / page * page }

    #if os(Linux)
        private static let anonymous = MAP_ANONYMOUS
    #else
        private static let anonymous = MAP_ANON
    #endif
}

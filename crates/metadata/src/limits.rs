//! How much a file may ask of the machine. Every limit is checked before the memory is taken.

/// Bounds on the work that one file can cause.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest file that is read, in bytes. Default: 512 MiB.
    pub file_bytes_max: u64,
    /// The most parts (segments, chunks, blocks) in one file. Default: 1,000,000.
    pub parts_max: usize,
    /// The most bytes that one compressed text or colour profile may inflate to. Default: 8 MiB.
    pub inflated_bytes_max: usize,
    /// The most findings listed for one file; the rest is counted. Default: 2,000.
    pub findings_max: usize,
    /// The most characters of one value that are shown. Default: 600.
    pub value_chars_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes_max: 512 << 20,
            parts_max: 1_000_000,
            inflated_bytes_max: 8 << 20,
            findings_max: 2_000,
            value_chars_max: 600,
        }
    }
}

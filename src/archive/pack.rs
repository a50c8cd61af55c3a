//! LZ4 for what is worth it; lengths are believed only as far as they can be true.

/// The most bytes that a byte of LZ4 can stand for.
const MOST_RATIO: usize = 255;

/// The bytes, compressed.
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    lz4_flex::block::compress(bytes)
}

/// Unpacks exactly `length` bytes into `out`, whose content is replaced.
///
/// # Errors
/// In words, if `packed` does not hold so many; nothing is allocated that it could not hold.
pub fn unpack(packed: &[u8], length: usize, out: &mut Vec<u8>) -> Result<(), String> {
    if length / MOST_RATIO > packed.len() {
        return Err(format!("{} packed bytes, which cannot be {length}", packed.len()));
    }
    out.resize(length, 0);
    match lz4_flex::block::decompress_into(packed, out) {
        Ok(unpacked) if unpacked == length => Ok(()),
        Ok(unpacked) => Err(format!("{unpacked} bytes instead of {length}")),
        Err(error) => Err(error.to_string()),
    }
}

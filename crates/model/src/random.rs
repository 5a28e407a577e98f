//! The one door to randomness: secrets and names that must not be guessed.

/// Letters a token may hold; no look-alikes are dropped, tokens are pasted, not typed.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bytes from the operating system's generator.
///
/// # Panics
/// When the operating system has no randomness to give: nothing here may go on without it.
#[expect(clippy::disallowed_methods, reason = "this is the module the ban points to")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system provides random bytes");
    bytes
}

/// Random text of `length` characters out of `[A-Za-z0-9_-]`, six bits each.
pub fn text(length: usize) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        for byte in bytes::<32>() {
            if text.len() < length {
                text.push(char::from(ALPHABET[usize::from(byte & 63)]));
            }
        }
    }
    text
}

/// Random lower-case hexadecimal text of `2 * N` characters.
pub fn hex<const N: usize>() -> String {
    hex::encode(bytes::<N>())
}

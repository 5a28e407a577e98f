//! CI variables encrypted at rest, and digests of tokens.
//!
//! The key lives in a file beside the database, or wherever the operator puts it; without it the
//! database's variables are noise.

use crate::{Error, Result};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce, aead::Aead};
use pipewright_model::{TokenDigest, random};
use sha2::{Digest, Sha256};

/// Length of the key in bytes.
pub const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;

/// Encrypts and decrypts with the server's key.
#[derive(Clone)]
pub struct Secrets {
    cipher: ChaCha20Poly1305,
}

impl Secrets {
    /// With a key of 32 random bytes.
    pub fn new(key: &[u8; KEY_BYTES]) -> Self {
        Self { cipher: ChaCha20Poly1305::new(key.into()) }
    }

    /// Nonce and ciphertext of a value.
    pub fn encrypt(&self, value: &str) -> Vec<u8> {
        let nonce = random::bytes::<NONCE_BYTES>();
        let sealed = self.cipher.encrypt(&Nonce::from(nonce), value.as_bytes()).unwrap_or_default();
        [&nonce[..], &sealed].concat()
    }

    /// The value again; fails where the key is not the one it was encrypted with.
    pub fn decrypt(&self, sealed: &[u8]) -> Result<String> {
        let wrong = || {
            Error::Internal(
                "a CI variable cannot be decrypted: the key file is not the one it was stored with".to_owned(),
            )
        };
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(wrong)?;
        let plain = self.cipher.decrypt(&Nonce::from(*nonce), sealed).map_err(|_| wrong())?;
        String::from_utf8(plain).map_err(|_| wrong())
    }
}

impl Secrets {
    /// Texts as one sealed word, for a column of text; nothing becomes an empty one.
    pub fn seal(&self, texts: &[String]) -> String {
        if texts.is_empty() {
            return String::new();
        }
        hex::encode(self.encrypt(&serde_json::Value::from(texts).to_string()))
    }

    /// What [`Secrets::seal`] was given.
    pub fn unseal(&self, sealed: &str) -> Result<Vec<String>> {
        if sealed.is_empty() {
            return Ok(Vec::new());
        }
        let broken = || Error::Internal("sealed texts cannot be read".to_owned());
        let texts = self.decrypt(&hex::decode(sealed).map_err(|_| broken())?)?;
        serde_json::from_str(&texts).map_err(|_| broken())
    }
}

/// The digest a token is stored and looked up by. Tokens have 160 bits and more, so no salt is needed;
/// looking up by digest compares nothing secret byte by byte.
pub fn digest(token: &str) -> TokenDigest {
    TokenDigest(hex::encode(Sha256::digest(token.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::Secrets;

    #[test]
    fn a_value_comes_back_only_with_its_key() {
        let secrets = Secrets::new(&[7; 32]);
        let sealed = secrets.encrypt("naïve");
        assert_eq!(secrets.decrypt(&sealed).unwrap(), "naïve");
        assert_ne!(sealed, secrets.encrypt("naïve"), "a nonce is used once");
        assert!(Secrets::new(&[8; 32]).decrypt(&sealed).is_err());
        assert!(secrets.decrypt(&sealed[..5]).is_err());

        let texts = ["ci.variable=TOKEN=open sesame".to_owned(), String::new()];
        let sealed = secrets.seal(&texts);
        assert_eq!(secrets.unseal(&sealed).unwrap(), texts);
        assert!(!sealed.contains("sesame") && secrets.unseal(&sealed[2..]).is_err());
        assert_eq!(secrets.seal(&[]), "");
        assert!(secrets.unseal("").unwrap().is_empty());
    }
}

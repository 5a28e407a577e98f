//! The RSA key that signs ID tokens.

use crate::{Error, Result};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The public half of a key, as a JSON Web Key (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwk {
    /// Its thumbprint (RFC 7638): what tokens name it by.
    pub kid: String,
    /// Modulus, base64url.
    pub n: String,
    /// Exponent, base64url.
    pub e: String,
}

/// A key with its private half.
pub(super) struct SigningKey {
    pair: KeyPair,
    public: Jwk,
}

fn failed(what: &str) -> Error {
    Error::Internal(format!("the key that signs ID tokens {what}"))
}

/// Base64 as tokens have it.
fn coded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl SigningKey {
    /// A new key, as PKCS#8. Takes a good part of a second.
    pub(super) fn generate() -> Result<Vec<u8>> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| failed("could not be made"))?;
        let der = AsDer::<Pkcs8V1Der<'static>>::as_der(&pair).map_err(|_| failed("could not be written"))?;
        Ok(der.as_ref().to_vec())
    }

    /// A key from its PKCS#8.
    pub(super) fn open(pkcs8: &[u8]) -> Result<Self> {
        let pair = KeyPair::from_pkcs8(pkcs8).map_err(|_| failed("cannot be read"))?;
        let n = coded(pair.public_key().modulus().big_endian_without_leading_zero());
        let e = coded(pair.public_key().exponent().big_endian_without_leading_zero());
        let thumbprint = Sha256::digest(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#).as_bytes());
        Ok(Self { pair, public: Jwk { kid: coded(&thumbprint), n, e } })
    }

    /// The public half.
    pub(super) fn public(&self) -> Jwk {
        self.public.clone()
    }

    /// A signed token (RFC 7519). The same claims make the same token.
    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String> {
        #[derive(Serialize)]
        struct Header<'a> {
            kid: &'a str,
            typ: &'static str,
            alg: &'static str,
        }
        let json = |error: serde_json::Error| Error::Internal(format!("a token could not be written: {error}"));
        let header = Header { kid: &self.public.kid, typ: "JWT", alg: "RS256" };
        let header = coded(&serde_json::to_vec(&header).map_err(json)?);
        let text = format!("{header}.{}", coded(&serde_json::to_vec(claims).map_err(json)?));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| failed("could not sign"))?;
        Ok(format!("{text}.{}", coded(&signature)))
    }
}

#[cfg(test)]
mod tests {
    use super::SigningKey;

    #[test]
    fn a_key_comes_back_and_signs_alike() {
        let made = SigningKey::generate().unwrap();
        let (one, two) = (SigningKey::open(&made).unwrap(), SigningKey::open(&made).unwrap());
        assert_eq!(one.public(), two.public());
        assert_eq!(one.public().e, "AQAB");
        assert_eq!(one.sign(&["claim"]).unwrap(), two.sign(&["claim"]).unwrap());
        assert!(SigningKey::open(&made[1..]).is_err());
    }
}

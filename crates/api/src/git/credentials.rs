//! Who git calls for: HTTP Basic with a token as the password.

use super::answer::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use pipewright_engine::{Caller, Engine};

/// The caller behind the request's credentials; anonymous without any.
pub(super) async fn caller(engine: &Engine, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(Caller::Anonymous) };
    let (user, password) = value.to_str().ok().and_then(basic).ok_or(pipewright_engine::Error::Unauthorized)?;
    Ok(engine.authenticate_git(&user, &password).await?)
}

/// User and password of a Basic header; a Bearer token counts as a password.
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, rest) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(("oauth2".to_owned(), rest.trim().to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::basic;

    #[test]
    fn passwords_may_hold_colons() {
        assert_eq!(basic("Basic dTphOmI="), Some(("u".to_owned(), "a:b".to_owned())));
        assert_eq!(basic("bearer x"), Some(("oauth2".to_owned(), "x".to_owned())));
        assert_eq!(basic("Basic !"), None);
        assert_eq!(basic("Digest x"), None);
    }
}

//! What others check a job's ID tokens with: `/.well-known/openid-configuration`, `/oauth/discovery/keys`
//! and its older address `/-/jwks`. No credentials are asked for.

use axum::extract::State;
use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_http_kit::{Answer, reply};
use pipewright_wire::oidc::{Discovery, Key, Keys};

/// Routes below the root.
pub(crate) fn router() -> Router<Engine> {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/oauth/discovery/keys", get(keys))
        .route("/-/jwks", get(keys))
}

async fn discovery(State(engine): State<Engine>) -> Answer {
    let base = &engine.external_url;
    reply::ok(&Discovery {
        issuer: base,
        jwks_uri: format!("{base}/oauth/discovery/keys"),
        response_types_supported: &["id_token"],
        subject_types_supported: &["public"],
        id_token_signing_alg_values_supported: &["RS256"],
        claims_supported: Discovery::CLAIMS,
    })
}

async fn keys(State(engine): State<Engine>) -> Answer {
    let key = engine.id_token_key().await?;
    let key = Key { kty: "RSA", kid: key.kid, alg: "RS256", usage: "sig", n: key.n, e: key.e };
    reply::ok(&Keys { keys: [key] })
}

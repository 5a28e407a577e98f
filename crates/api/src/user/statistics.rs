//! `/application/statistics`.

use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_http_kit::{Answer, Call, SignedIn, reply};
use pipewright_wire::instance::Statistics;

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new().route("/application/statistics", get(show))
}

async fn show(call: Call<SignedIn>) -> Answer {
    let counted = call.engine.statistics(&call.caller).await?;
    let none = || "0".to_owned();
    reply::ok(&Statistics {
        forks: none(),
        issues: none(),
        merge_requests: none(),
        notes: none(),
        snippets: none(),
        ssh_keys: none(),
        milestones: none(),
        users: delimited(counted.users),
        projects: delimited(counted.projects),
        groups: delimited(counted.groups),
        active_users: delimited(counted.active_users),
    })
}

/// With a comma after each thousand.
fn delimited(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::delimited;

    #[test]
    fn thousands_are_apart() {
        let all = [0, 999, 1000, 123_456, 1_234_567].map(delimited);
        assert_eq!(all, ["0", "999", "1,000", "123,456", "1,234,567"]);
    }
}

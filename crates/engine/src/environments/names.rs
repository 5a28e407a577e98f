//! What an environment's name says: whether it can be one, its tier, its slug (CI YAML contract §11).

use sha2::{Digest, Sha256};

/// Longest name, characters.
const LONGEST: usize = 255;
/// Longest slug, characters.
const SLUG: usize = 24;
/// What a name's own part of a shortened slug has at most.
const KEPT: usize = 17;
/// Characters of the suffix that tells shortened slugs apart.
const SUFFIX: u32 = 6;

/// Whether a text can be an environment's name.
pub(crate) fn is_name(text: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || "-_/\\${}. ".contains(c);
    !text.trim().is_empty()
        && text.len() <= LONGEST
        && !text.starts_with('/')
        && !text.ends_with('/')
        && text.chars().all(known)
}

/// The tier a name suggests.
pub(crate) fn tier(name: &str) -> &'static str {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["dev", "review", "trunk"]) {
        "development"
    } else if has(&["test", "tst", "int", "acpt", "accept", "qa", "qc", "control", "quality"]) {
        "testing"
    } else if has(&["stg", "stag", "modl", "model", "pre", "demo", "non"]) {
        "staging"
    } else if has(&["prd", "prod", "live"]) {
        "production"
    } else {
        "other"
    }
}

/// The name for addresses: lower-case letters, digits and single dashes, a letter first, at most 24
/// characters. A name that is changed on the way gets a suffix made of all of it.
pub(crate) fn slug(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let mut text: String = name.to_lowercase().chars().map(plain).collect();
    if !text.starts_with(|c: char| c.is_ascii_lowercase()) {
        text.insert_str(0, "env-");
    }
    let mut slug = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '-' || !slug.ends_with('-') {
            slug.push(c);
        }
    }
    if slug.len() <= SLUG && slug == name {
        return slug.strip_suffix('-').unwrap_or(&slug).to_owned();
    }
    slug.truncate(KEPT);
    if !slug.ends_with('-') {
        slug.push('-');
    }
    slug + &suffix(name)
}

/// The last digits, in base 36, of the name's digest read as one number.
fn suffix(name: &str) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let modulus = 36_u64.pow(SUFFIX);
    let digest = Sha256::digest(name.as_bytes());
    let mut rest = digest.iter().fold(0_u64, |rest, byte| (rest * 256 + u64::from(*byte)) % modulus);
    let mut digits = Vec::new();
    for _ in 0..SUFFIX {
        digits.push(char::from(DIGITS[(rest % 36) as usize]));
        rest /= 36;
    }
    digits.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::{is_name, slug, tier};

    #[test]
    fn a_slug_that_differs_from_its_name_has_a_suffix_of_it() {
        assert_eq!(slug("production"), "production");
        assert_eq!(slug("staging-"), "staging");
        for (name, begins) in [("review/main", "review-main-"), ("1/x", "env-1-x-"), ("Prod", "prod-")] {
            let made = slug(name);
            assert!(made.starts_with(begins) && made.len() == begins.len() + 6, "{made}");
        }
        let long = slug("review/a-branch-with-a-long-name");
        assert!(long.len() <= 24 && long.starts_with("review-a-branch-w-"), "{long}");
        assert_ne!(slug("review/a"), slug("review-a"));
        assert_eq!(slug("review/a"), slug("review/a"));
    }

    #[test]
    fn names_suggest_tiers() {
        for (name, expected) in [
            ("review/x", "development"),
            ("qa", "testing"),
            ("Staging", "staging"),
            ("production/eu", "production"),
            ("customer", "other"),
        ] {
            assert_eq!(tier(name), expected, "{name}");
        }
    }

    #[test]
    fn names_have_an_alphabet() {
        assert!(is_name("review/fix-1.2_x {a}") && !is_name("/a") && !is_name("a/") && !is_name("a:b"));
        assert!(!is_name(" ") && !is_name(&"a".repeat(256)));
    }
}

//! The id of the machine a runner runs on (runner protocol §2.7).

use std::path::Path;

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Reads the id from the file, or makes one and keeps it there.
///
/// # Errors
/// When the file can be neither read nor written.
pub(crate) fn load_or_make(file: &Path, random: fn() -> u64) -> std::io::Result<String> {
    if let Ok(text) = std::fs::read_to_string(file)
        && is_valid(text.trim())
    {
        return Ok(text.trim().to_owned());
    }
    let letter = |_| char::from(LETTERS[(random() % 62) as usize]);
    let id: String = "r_".chars().chain((0..12).map(letter)).collect();
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(file, format!("{id}\n"))?;
    Ok(id)
}

fn is_valid(id: &str) -> bool {
    let rest = id.strip_prefix("r_").or_else(|| id.strip_prefix("s_"));
    rest.is_some_and(|rest| rest.len() == 12 && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::load_or_make;

    #[test]
    fn an_id_is_made_once_and_rubbish_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/id");
        let first = load_or_make(&file, || 61).unwrap();
        assert_eq!(first, "r_zzzzzzzzzzzz");
        assert_eq!(load_or_make(&file, || 0).unwrap(), first);
        std::fs::write(&file, "half").unwrap();
        assert_eq!(load_or_make(&file, || 0).unwrap(), "r_000000000000");
    }
}

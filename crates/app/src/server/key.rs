//! The key that encrypts CI variables, in a file outside the database.

use crate::error::{Error, Result};
use pipewright_engine::secrets::{KEY_BYTES, Secrets};
use pipewright_model::random;
use std::fs::{OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

const FIRST_LINE: &str = "# Pipewright's key for CI variables. Keep it with the backups, not beside them.";

/// Reads the key, or makes one on the first start. Readable by its owner alone.
pub(crate) fn load(path: &Path) -> Result<Secrets> {
    match std::fs::read_to_string(path) {
        Ok(text) => read(&text).ok_or_else(|| Error::Config {
            path: path.to_owned(),
            reason: format!("a key is {} hexadecimal digits on a line of its own", KEY_BYTES * 2),
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => make(path),
        Err(source) => Err(Error::Path { path: path.to_owned(), source }),
    }
}

fn make(path: &Path) -> Result<Secrets> {
    let text = format!("{FIRST_LINE}\n{}\n", random::hex::<KEY_BYTES>());
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(Error::path(path))?;
    file.set_permissions(Permissions::from_mode(0o600))
        .and_then(|()| file.write_all(text.as_bytes()))
        .and_then(|()| file.sync_all())
        .map_err(Error::path(path))?;
    load(path)
}

fn read(text: &str) -> Option<Secrets> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let mut key = [0; KEY_BYTES];
    if !line.is_ascii() || line.len() != KEY_BYTES * 2 {
        return None;
    }
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&line[index * 2..index * 2 + 2], 16).ok()?;
    }
    Some(Secrets::new(&key))
}

#[cfg(test)]
mod tests {
    use super::load;

    #[test]
    fn the_key_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let sealed = load(&path).unwrap().encrypt("value");
        assert_eq!(load(&path).unwrap().decrypt(&sealed).unwrap(), "value");
        std::fs::write(&path, "nonsense\n").unwrap();
        let error = load(&path).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("64 hexadecimal digits"), "{error}");
    }
}

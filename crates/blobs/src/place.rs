//! Where bytes are kept: a folder, or `s3://bucket/prefix?endpoint=…&region=…`.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, RetryConfig};

use crate::Blobs;
use crate::error::{Error, Result};

/// Gathered before a write to the local disk.
const FOLDER_CHUNK: usize = 512 * 1024;
/// The size of an S3 part. A multipart upload has at most 10,000 of them: 80 GB per blob.
const S3_CHUNK: usize = 8 * 1024 * 1024;
/// A store that says nothing for this long counts as gone; a whole transfer may take any time.
const SILENCE: Duration = Duration::from_mins(1);
/// How long one request is tried again while the store is away.
const RETRY_FOR: Duration = Duration::from_secs(30);

/// Keeps environment variables that are text, as all `AWS_*` ones are.
pub(crate) fn text_pair((key, value): (OsString, OsString)) -> Option<(String, String)> {
    Some((key.into_string().ok()?, value.into_string().ok()?))
}

/// See [`Blobs::open`].
pub(crate) fn open(place: &str, env: impl IntoIterator<Item = (String, String)>) -> Result<Blobs> {
    match place.split_once("://") {
        Some(("s3", rest)) => open_s3(place, rest, env),
        Some(("file", path)) => open_folder(path),
        Some((scheme, _)) => {
            Err(bad(place, format!("the scheme {scheme}:// is not known; use a folder or s3://bucket")))
        }
        None => open_folder(place),
    }
}

fn bad(place: &str, reason: impl Into<String>) -> Error {
    // What stands behind the question mark may be a key that somebody put there.
    let place = place.split_once('?').map_or(place, |(place, _)| place);
    Error::BadPlace { place: place.to_owned(), reason: reason.into() }
}

fn open_folder(folder: &str) -> Result<Blobs> {
    if folder.is_empty() {
        return Err(bad(folder, "the name of the folder is empty"));
    }
    std::fs::create_dir_all(folder).map_err(|error| bad(folder, format!("cannot make the folder: {error}")))?;
    let store = LocalFileSystem::new_with_prefix(folder)
        .map_err(|error| bad(folder, error.to_string()))?
        .with_fsync(true)
        .with_automatic_cleanup(true);
    Ok(Blobs {
        store: Arc::new(store),
        name: folder.into(),
        chunk: FOLDER_CHUNK,
        folder: Some(Path::new(folder).into()),
    })
}

fn open_s3(place: &str, rest: &str, env: impl IntoIterator<Item = (String, String)>) -> Result<Blobs> {
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (bucket, prefix) = address.split_once('/').unwrap_or((address, ""));
    if bucket.is_empty() {
        return Err(bad(place, "the bucket is missing; write s3://bucket/prefix"));
    }
    let mut builder = AmazonS3Builder::new();
    for (key, value) in env {
        // The names are the SDK's own (AWS_ACCESS_KEY_ID, AWS_REGION, …); the rest is not for us.
        if key.starts_with("AWS_")
            && let Ok(known) = key.to_ascii_lowercase().parse()
        {
            builder = builder.with_config(known, value);
        }
    }
    builder = with_query(builder, place, query)?
        .with_bucket_name(bucket)
        .with_retry(RetryConfig { retry_timeout: RETRY_FOR, ..RetryConfig::default() });
    let store = builder.build().map_err(|error| bad(place, error.to_string()))?;
    let name = format!("s3://{address}");
    Ok(s3_blobs(store, prefix, &name))
}

fn with_query(mut builder: AmazonS3Builder, place: &str, query: &str) -> Result<AmazonS3Builder> {
    let mut client = ClientOptions::new().with_timeout_disabled().with_read_timeout(SILENCE);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decode(value).ok_or_else(|| bad(place, format!("{key} is not readable text")))?;
        match key {
            "endpoint" if value.starts_with("http://") => {
                client = client.with_allow_http(true);
                builder = builder.with_endpoint(value);
            }
            "endpoint" if value.starts_with("https://") => builder = builder.with_endpoint(value),
            "endpoint" => {
                return Err(bad(place, "the endpoint must begin with http:// or https://"));
            }
            "region" => builder = builder.with_region(value),
            "virtual_host" if value == "true" || value == "false" => {
                builder = builder.with_virtual_hosted_style_request(value == "true");
            }
            "virtual_host" => return Err(bad(place, "virtual_host is true or false")),
            _ => {
                let known = "known are endpoint, region and virtual_host";
                return Err(bad(place, format!("there is no option {key:?}; {known}")));
            }
        }
    }
    Ok(builder.with_client_options(client))
}

fn s3_blobs(store: AmazonS3, prefix: &str, name: &str) -> Blobs {
    let prefix = prefix.trim_matches('/');
    let store: Arc<dyn object_store::ObjectStore> =
        if prefix.is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, prefix)) };
    Blobs { store, name: name.into(), chunk: S3_CHUNK, folder: None }
}

/// Undoes percent-encoding; `None` when it is broken or not UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let byte = hex::decode(tail.get(..2)?).ok()?;
            bytes.extend(byte);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s3(place: &str) -> Result<Blobs> {
        open(place, [("AWS_REGION".to_owned(), "eu-west-1".to_owned())])
    }

    #[test]
    fn an_address_with_every_option_opens_and_its_name_keeps_no_option() {
        let place = "s3://bucket/a/b?endpoint=http%3A%2F%2F127.0.0.1:9000&region=x&virtual_host=false";
        let blobs = s3(place).unwrap();
        assert_eq!(blobs.to_string(), "s3://bucket/a/b");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_reason() {
        let cases = [
            ("s3://", "bucket is missing"),
            ("s3:///prefix", "bucket is missing"),
            ("s3://b?regoin=x", "no option \"regoin\""),
            ("s3://b?endpoint=localhost:9000", "must begin with http"),
            ("s3://b?endpoint=http%ZZ", "not readable"),
            ("gs://b", "gs:// is not known"),
            ("", "empty"),
        ];
        for (place, reason) in cases {
            let error = s3(place).unwrap_err().to_string();
            assert!(error.contains(reason), "{place}: {error}");
        }
    }
}

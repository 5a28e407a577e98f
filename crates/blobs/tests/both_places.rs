//! What holds in a folder and in S3 alike, and how an S3 that cannot be used says so.

mod places;

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt};
use pipewright_blobs::{Blobs, BoxError, Error};
use places::Place;

async fn each_place() -> [Place; 2] {
    [places::folder(), places::s3().await]
}

type Piece = Result<Bytes, BoxError>;

/// `count` pieces of 64 kB, each filled with its own number.
fn pieces(count: usize) -> impl Stream<Item = Piece> + Send {
    futures::stream::iter((0..count).map(|i| Ok(Bytes::from(vec![i as u8; 65536]))))
}

async fn collect(place: &Place, key: &str) -> Vec<u8> {
    let content = place.blobs.get_stream(key, None).await.unwrap();
    let parts: Vec<Bytes> = content.stream.try_collect().await.unwrap();
    parts.concat()
}

#[tokio::test]
async fn a_small_blob_comes_back_with_size_and_checksum() {
    for place in each_place().await {
        let stored = place.blobs.put("a/b/c.txt", Bytes::from_static(b"hello")).await.unwrap();
        assert_eq!(stored.size, 5);
        let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        assert_eq!(stored.sha256, hello);
        assert_eq!(collect(&place, "a/b/c.txt").await, b"hello");
        assert_eq!(place.blobs.size("a/b/c.txt").await.unwrap(), 5);
        place.blobs.check().await.unwrap();
    }
}

#[tokio::test]
async fn an_empty_blob_is_a_blob() {
    for place in each_place().await {
        assert_eq!(place.blobs.put("empty", Bytes::new()).await.unwrap().size, 0);
        assert_eq!(collect(&place, "empty").await, b"");
    }
}

#[tokio::test]
async fn a_blob_of_several_parts_comes_back_byte_for_byte() {
    for place in each_place().await {
        // 20 MB and a bit: three parts in S3, the last one short.
        let tail = futures::stream::iter([Ok(Bytes::from_static(b"tail"))]);
        let stored = place.blobs.put_stream("big", pieces(320).chain(tail), None).await.unwrap();
        assert_eq!(stored.size, 320 * 65536 + 4);
        let back = collect(&place, "big").await;
        assert_eq!(back.len() as u64, stored.size);
        for (i, piece) in back.chunks(65536).take(320).enumerate() {
            assert!(piece.iter().all(|&byte| byte == i as u8), "piece {i} of {}", place.blobs);
        }
        assert!(back.ends_with(b"tail"));
    }
}

#[tokio::test]
async fn pieces_that_cross_a_part_are_cut_and_nothing_is_lost() {
    for place in each_place().await {
        // 3 MB pieces against chunks of 512 kB and 8 MB.
        let body = futures::stream::iter((0..6).map(|i| Ok::<_, BoxError>(Bytes::from(vec![i; 3 << 20]))));
        let stored = place.blobs.put_stream("cut", body, None).await.unwrap();
        assert_eq!(stored.size, 18 << 20);
        let back = collect(&place, "cut").await;
        for (i, piece) in back.chunks(3 << 20).enumerate() {
            assert!(piece.iter().all(|&byte| byte == i as u8), "piece {i} of {}", place.blobs);
        }
    }
}

#[tokio::test]
async fn ranges_are_read_alone() {
    for place in each_place().await {
        place.blobs.put("digits", Bytes::from_static(b"0123456789")).await.unwrap();
        assert_eq!(place.blobs.get_range("digits", 3..6).await.unwrap(), "345");
        let content = place.blobs.get_stream("digits", Some(7..100)).await.unwrap();
        assert_eq!((content.size, content.range.clone()), (10, 7..10));
        let tail: Vec<Bytes> = content.stream.try_collect().await.unwrap();
        assert_eq!(tail.concat(), b"789");
    }
}

#[tokio::test]
async fn a_range_outside_the_blob_says_so() {
    for place in each_place().await {
        place.blobs.put("digits", Bytes::from_static(b"0123456789")).await.unwrap();
        for range in [10..12, 50..60, 4..4] {
            let error = place.blobs.get_stream("digits", Some(range.clone())).await.unwrap_err();
            assert!(matches!(error, Error::OutOfRange { size: 10, .. }), "{range:?}: {error:?}");
        }
        let error = place.blobs.get_range("digits", 8..12).await.unwrap_err();
        assert!(matches!(error, Error::OutOfRange { size: 10, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    for place in each_place().await {
        let missing = |error: Error| matches!(error, Error::NotFound { key } if key == "no/such");
        assert!(missing(place.blobs.get_stream("no/such", None).await.unwrap_err()));
        assert!(missing(place.blobs.get_stream("no/such", Some(0..4)).await.unwrap_err()));
        assert!(missing(place.blobs.get_range("no/such", 0..4).await.unwrap_err()));
        assert!(missing(place.blobs.size("no/such").await.unwrap_err()));
    }
}

#[tokio::test]
async fn past_the_limit_nothing_is_kept() {
    for place in each_place().await {
        for (count, limit) in [(1, 65535), (320, 20 << 20)] {
            let error = place.blobs.put_stream("large", pieces(count), Some(limit - 1)).await.unwrap_err();
            assert!(matches!(error, Error::TooLarge { limit: l } if l == limit - 1), "{error:?}");
            assert!(matches!(place.blobs.size("large").await, Err(Error::NotFound { .. })));
            assert_eq!(place.files(), Vec::<std::path::PathBuf>::new(), "{}", place.blobs);
        }
        let stored = place.blobs.put_stream("fits", pieces(2), Some(131_072)).await.unwrap();
        assert_eq!(stored.size, 131_072);
    }
}

#[tokio::test]
async fn a_client_that_breaks_off_leaves_nothing() {
    for place in each_place().await {
        let broken = futures::stream::iter([Err(BoxError::from("connection reset"))]);
        let error = place.blobs.put_stream("half", pieces(320).chain(broken), None).await.unwrap_err();
        assert!(matches!(error, Error::Input(_)), "{error:?}");
        assert_eq!(error.to_string(), "the upload broke off: connection reset");
        assert!(matches!(place.blobs.size("half").await, Err(Error::NotFound { .. })));
        assert_eq!(place.files(), Vec::<std::path::PathBuf>::new(), "{}", place.blobs);
    }
}

#[tokio::test]
async fn an_upload_that_is_dropped_leaves_nothing() {
    for place in each_place().await {
        let (reached, mut at_the_end) = tokio::sync::mpsc::channel::<()>(1);
        let stuck = futures::stream::once(async move {
            reached.send(()).await.unwrap();
            std::future::pending::<Piece>().await
        });
        let body = pieces(320).chain(stuck);
        tokio::select! {
            result = place.blobs.put_stream("half", body, None) => panic!("{result:?}"),
            _ = at_the_end.recv() => {}
        }
        // The removal runs on after the drop; it has no handle to wait on.
        let gone = async {
            while !place.files().is_empty() {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let gone = tokio::time::timeout(std::time::Duration::from_mins(2), gone).await;
        assert!(gone.is_ok(), "{}: {:?}", place.blobs, place.files());
    }
}

#[tokio::test]
async fn deleting_twice_is_deleting_once() {
    for place in each_place().await {
        place.blobs.put("gone", Bytes::from_static(b"x")).await.unwrap();
        place.blobs.delete("gone").await.unwrap();
        place.blobs.delete("gone").await.unwrap();
        assert!(matches!(place.blobs.size("gone").await, Err(Error::NotFound { .. })));
    }
}

#[tokio::test]
async fn a_prefix_is_removed_and_its_neighbours_stay() {
    for place in each_place().await {
        for key in ["p/1/a", "p/1/b/c", "p/10/a", "p/2"] {
            place.blobs.put(key, Bytes::from_static(b"x")).await.unwrap();
        }
        assert_eq!(place.blobs.delete_prefix("p/1").await.unwrap(), 2);
        assert_eq!(place.blobs.delete_prefix("p/1").await.unwrap(), 0);
        assert_eq!(place.blobs.delete_prefix("never").await.unwrap(), 0);
        assert_eq!(place.blobs.size("p/10/a").await.unwrap(), 1);
        assert_eq!(place.blobs.size("p/2").await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_key_that_leaves_the_place_is_refused() {
    for place in each_place().await {
        let error = place.blobs.put("../evil", Bytes::new()).await.unwrap_err();
        assert!(matches!(error, Error::BadKey { .. }), "{error:?}");
        assert!(matches!(place.blobs.delete_prefix("").await, Err(Error::BadKey { .. })));
    }
}

#[tokio::test]
async fn wrong_credentials_are_an_error_with_the_place_in_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("bucket")).unwrap();
    let address = places::serve(folder.path()).await;
    let place = format!("s3://bucket?endpoint=http://{address}&region=us-east-1");
    let blobs = Blobs::open_with_env(&place, places::credentials("wrong")).unwrap();
    let error = blobs.check().await.unwrap_err();
    assert!(matches!(error, Error::Other { .. }), "{error:?}");
    assert!(error.to_string().starts_with("s3://bucket: "), "{error}");
    assert!(blobs.put("a", Bytes::from_static(b"x")).await.is_err());
}

#[tokio::test]
async fn a_missing_bucket_is_found_by_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let address = places::serve(folder.path()).await;
    let place = format!("s3://absent?endpoint=http://{address}&region=us-east-1");
    let blobs = Blobs::open_with_env(&place, places::credentials("secret")).unwrap();
    assert!(blobs.check().await.is_err());
}

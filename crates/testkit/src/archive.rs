//! Archives as runners upload them.

use std::io::Write;

/// A zip archive of these files; names ending in a slash are folders.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = ::zip::write::SimpleFileOptions::default();
    for (name, content) in files {
        if name.ends_with('/') {
            archive.add_directory(*name, options).expect("a folder");
        } else {
            archive.start_file(*name, options).expect("a file");
            archive.write_all(content).expect("its content");
        }
    }
    archive.finish().expect("an archive").into_inner()
}

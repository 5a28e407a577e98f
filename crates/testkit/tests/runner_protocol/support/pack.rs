//! Archives and packed reports as runners make them.

use flate2::{Compression, GzBuilder};
use std::io::{Cursor, Write};
use zip::write::{SimpleFileOptions, ZipWriter};

/// An archive whose entries are in order and whose sizes are in the local headers.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    fill(&mut writer, files);
    writer.finish().unwrap().into_inner()
}

/// An archive written as a stream: local headers know no sizes, data descriptors follow the data.
pub(crate) fn streamed_zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new_stream(Vec::new());
    fill(&mut writer, files);
    writer.finish().unwrap().into_inner()
}

fn fill<W: Write + std::io::Seek>(writer: &mut ZipWriter<W>, files: &[(&str, &[u8])]) {
    for (name, data) in files {
        let options = SimpleFileOptions::default().unix_permissions(0o644);
        if name.ends_with('/') {
            writer.add_directory(*name, options).unwrap();
        } else {
            writer.start_file(*name, options).unwrap();
            writer.write_all(data).unwrap();
        }
    }
}

/// One gzip member for each file, one after the other: how reports travel.
pub(crate) fn gzip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut packed = Vec::new();
    for (name, text) in files {
        let mut member = GzBuilder::new().filename(*name).write(Vec::new(), Compression::default());
        member.write_all(text.as_bytes()).unwrap();
        packed.extend(member.finish().unwrap());
    }
    packed
}

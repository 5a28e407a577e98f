//! Unpacking an archive that somebody else made.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};

use zip::ZipArchive;
use zip::read::ZipFile;

use super::{ArchiveError, civil};

/// Longest target of a link that is believed.
const LONGEST_TARGET: u64 = 4096;

/// Unpacks a zip archive into `project`, over what is there. Nothing lands outside, by name or
/// through a link; links come as links, after everything else. Returns how many entries there were.
pub(crate) fn extract(archive: &Path, project: &Path) -> Result<usize, ArchiveError> {
    let file = File::open(archive).map_err(|error| ArchiveError::Disk(archive.to_owned(), error))?;
    let mut archive = ZipArchive::new(io::BufReader::new(file))?;
    let project = project.canonicalize().map_err(|error| ArchiveError::Disk(project.to_owned(), error))?;
    let mut links = Vec::new();
    let mut folders = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let place = place_of(&entry, &project)?;
        let Some(place) = place else { continue };
        let disk = |error| ArchiveError::Disk(place.clone(), error);
        if entry.is_dir() {
            make_folder(&place).map_err(disk)?;
            folders.push((place, entry.unix_mode()));
        } else if entry.is_symlink() {
            let mut target = String::new();
            let mut text = Read::take(&mut entry, LONGEST_TARGET);
            text.read_to_string(&mut target).map_err(disk)?;
            links.push((place, target));
        } else {
            write_file(&mut entry, &place).map_err(disk)?;
        }
    }
    for (place, mode) in folders {
        set_mode(&place, mode).map_err(|error| ArchiveError::Disk(place, error))?;
    }
    for (place, target) in links {
        make_link(&place, &target)?;
    }
    Ok(archive.len())
}

/// Makes a link, unless a link made before it has moved the folder it belongs into.
fn make_link(place: &Path, target: &str) -> Result<(), ArchiveError> {
    let disk = |error| ArchiveError::Disk(place.to_owned(), error);
    let folder = place.parent().unwrap_or(place);
    if folder.canonicalize().map_err(disk)? != folder {
        return Err(ArchiveError::Outside(place.to_string_lossy().into_owned()));
    }
    replace(place).map_err(disk)?;
    symlink(target, place).map_err(disk)
}

/// Where an entry goes, its folders made; `None` for the project's folder itself.
fn place_of<R: Read>(entry: &ZipFile<'_, R>, project: &Path) -> Result<Option<PathBuf>, ArchiveError> {
    let name = entry.name()?.into_owned();
    let outside = || ArchiveError::Outside(name.clone());
    if name.contains('\0') {
        return Err(outside());
    }
    let mut parts = Vec::new();
    for part in Path::new(&name).components() {
        match part {
            Component::Normal(part) => parts.push(part),
            Component::CurDir => {}
            _ => return Err(outside()),
        }
    }
    let Some((file, folders)) = parts.split_last() else {
        return Ok(None);
    };
    let mut folder = project.to_owned();
    for part in folders {
        let next = folder.join(part);
        make_folder(&next).map_err(|error| ArchiveError::Disk(next.clone(), error))?;
        // A link may lead anywhere; what counts is where it ends.
        folder = next.canonicalize().map_err(|error| ArchiveError::Disk(next, error))?;
        if !folder.starts_with(project) {
            return Err(outside());
        }
    }
    Ok(Some(folder.join(file)))
}

fn make_folder(place: &Path) -> io::Result<()> {
    match place.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() || place.is_dir() => Ok(()),
        Ok(_) => fs::remove_file(place).and_then(|()| fs::create_dir(place)),
        Err(_) => fs::create_dir(place),
    }
}

/// Makes room for a file or link.
fn replace(place: &Path) -> io::Result<()> {
    match place.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(place),
        Ok(_) => fs::remove_file(place),
        Err(_) => Ok(()),
    }
}

fn write_file<R: Read>(entry: &mut ZipFile<'_, R>, place: &Path) -> io::Result<()> {
    replace(place)?;
    let mode = entry.unix_mode().map_or(0o644, |mode| mode & 0o777);
    let mut out = OpenOptions::new().write(true).create_new(true).mode(mode | 0o200).open(place)?;
    io::copy(entry, &mut out)?;
    if let Some(time) = entry.last_modified() {
        out.set_modified(civil::from_zip(time))?;
    }
    out.set_permissions(Permissions::from_mode(mode))
}

fn set_mode(place: &Path, mode: Option<u32>) -> io::Result<()> {
    let Some(mode) = mode.map(|mode| mode & 0o777).filter(|mode| *mode != 0) else {
        return Ok(());
    };
    // Never through a link, and never so that the job itself is shut out.
    if place.symlink_metadata()?.is_dir() {
        fs::set_permissions(place, Permissions::from_mode(mode | 0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{ArchiveError, extract};
    use std::fs::{self, File};
    use std::io::Write;
    use std::os::unix::fs::symlink;
    use std::path::Path;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn archive(path: &Path, fill: impl FnOnce(&mut ZipWriter<File>)) {
        let mut writer = ZipWriter::new(File::create(path).unwrap());
        fill(&mut writer);
        writer.finish().unwrap();
    }

    fn file(writer: &mut ZipWriter<File>, name: &str) {
        let options = SimpleFileOptions::default();
        writer.start_file(name, options).unwrap();
        writer.write_all(b"evil").unwrap();
    }

    #[test]
    fn names_that_climb_are_refused() {
        for name in ["../evil", "a/../../evil", "/evil"] {
            let folder = tempfile::tempdir().unwrap();
            let project = folder.path().join("p");
            fs::create_dir(&project).unwrap();
            let zip = folder.path().join("x.zip");
            archive(&zip, |writer| file(writer, name));
            let result = extract(&zip, &project);
            assert!(matches!(result, Err(ArchiveError::Outside(_))), "{name}: {result:?}");
            assert!(!folder.path().join("evil").exists());
        }
    }

    #[test]
    fn a_link_of_the_archive_is_not_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("p");
        fs::create_dir(&project).unwrap();
        let zip = folder.path().join("x.zip");
        archive(&zip, |writer| {
            let options = SimpleFileOptions::default();
            writer.add_symlink("door", "..", options).unwrap();
            file(writer, "door/evil");
        });
        extract(&zip, &project).unwrap();
        assert!(!folder.path().join("evil").exists());
        archive(&zip, |writer| {
            let options = SimpleFileOptions::default();
            writer.add_symlink("gate", "..", options).unwrap();
            writer.add_symlink("gate/evil", "x", options).unwrap();
        });
        assert!(matches!(extract(&zip, &project), Err(ArchiveError::Outside(_))));
        assert!(folder.path().join("evil").symlink_metadata().is_err());
    }

    #[test]
    fn a_link_that_was_there_before_is_not_followed_outside() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("p");
        fs::create_dir(&project).unwrap();
        symlink("..", project.join("door")).unwrap();
        fs::write(folder.path().join("target"), "good").unwrap();
        symlink("../target", project.join("file")).unwrap();
        let zip = folder.path().join("x.zip");
        archive(&zip, |writer| file(writer, "door/deep/evil"));
        assert!(matches!(extract(&zip, &project), Err(ArchiveError::Outside(_))));
        assert!(!folder.path().join("deep").exists());
        archive(&zip, |writer| file(writer, "file"));
        extract(&zip, &project).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("target")).unwrap(), "good");
        assert_eq!(fs::read_to_string(project.join("file")).unwrap(), "evil");
    }

    #[test]
    fn what_is_no_zip_is_named_so() {
        let folder = tempfile::tempdir().unwrap();
        let zip = folder.path().join("x.zip");
        fs::write(&zip, "no zip").unwrap();
        assert!(matches!(extract(&zip, folder.path()), Err(ArchiveError::Zip(_))));
    }
}

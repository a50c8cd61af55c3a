//! Files as a whole: read at once, and written as a whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// How many files this process has begun to write.
static CALLS: AtomicU64 = AtomicU64::new(0);

/// The text of a file.
///
/// # Errors
/// [`Error::File`] if it cannot be read or is no UTF-8.
pub fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Error::file(path, "read", &error))
}

/// The bytes of a file.
///
/// # Errors
/// [`Error::File`] if it cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| Error::file(path, "read", &error))
}

/// Writes a file as a whole or not at all: first a new file beside it, then a change of names. What is there and is no
/// file (a device, a pipe) is written into.
///
/// # Errors
/// [`Error::File`]; a file that was there is then as it was.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    // A link is followed, so that the file it means is written and the link stays.
    let target = fs::canonicalize(path);
    let written = match &target {
        Ok(target) if !target.is_file() => write_into(path, bytes),
        Err(_) if path.is_symlink() => write_into(path, bytes),
        _ => write_beside(target.as_deref().unwrap_or(path), bytes),
    };
    written.map_err(|error| Error::file(path, "write", &error))
}

/// Writes into what cannot be replaced: a change of names would put a file in the place of a device, and a link that leads
/// nowhere yet would be gone.
fn write_into(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::OpenOptions::new().write(true).create(true).truncate(false).open(path)?.write_all(bytes)
}

/// Writes a new file and puts it in the place of the old one.
fn write_beside(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    // Of this process and of this call: threads may write the same file, and the last one has it.
    name.push(format!(".{}.{}.tmp", std::process::id(), CALLS.fetch_add(1, Ordering::Relaxed)));
    let beside = target.with_file_name(name);
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        if let Ok(known) = fs::metadata(target) {
            file.set_permissions(known.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&beside, target)
    });
    // Whatever is left of an attempt is of no use; the first error is the one to report.
    written.inspect_err(|_| drop(fs::remove_file(&beside)))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{FileTypeExt, symlink};
    use std::process::Command;
    use std::{fs, thread};

    use super::{read, write};

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("muc-files-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    #[test]
    fn a_link_stays_a_link_also_one_that_leads_nowhere_yet() {
        let folder = folder("links");
        let (link, page) = (folder.join("link"), folder.join("page"));
        symlink("page", &link).expect("a link");
        for text in ["a long text", "short"] {
            write(&link, text.as_bytes()).expect("a file");
            assert!(link.is_symlink());
            assert_eq!(read(&page).expect("a file"), text.as_bytes());
        }
        let ring = folder.join("ring");
        symlink("ring", &ring).expect("a link");
        write(&ring, b"text").expect_err("a link to itself");
        assert!(ring.is_symlink());
        fs::remove_dir_all(folder).expect("the folder is ours");
    }

    #[test]
    fn of_threads_that_write_one_file_each_writes_all_of_it() {
        let folder = folder("threads");
        let file = folder.join("file");
        let texts = ["a".repeat(100_000), "b".repeat(99_000)];
        thread::scope(|threads| {
            for text in texts.iter().cycle().take(16) {
                threads.spawn(|| write(&file, text.as_bytes()).expect("a file"));
            }
        });
        assert!(texts.iter().any(|text| text.as_bytes() == read(&file).expect("a file")));
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1);
        fs::remove_dir_all(folder).expect("the folder is ours");
    }

    #[test]
    fn a_pipe_is_written_into_and_not_replaced() {
        let folder = folder("pipes");
        let pipe = folder.join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        let reader = thread::spawn({
            let pipe = pipe.clone();
            move || fs::read(pipe).expect("a pipe")
        });
        write(&pipe, b"all of it").expect("a pipe with a reader");
        assert!(fs::metadata(&pipe).expect("a pipe").file_type().is_fifo());
        assert_eq!(reader.join().expect("a reader"), b"all of it");
        fs::remove_dir_all(folder).expect("the folder is ours");
    }
}

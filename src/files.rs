//! Files as a whole: read at once, and written as a whole or not at all.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::error::{Error, Result};

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

/// Writes a file as a whole or not at all: first a new file beside it, then a change of names.
///
/// # Errors
/// [`Error::File`]; a file that was there is then as it was.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    // A link is followed, so that the file it means is written and the link stays.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = target.with_file_name(name);
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        if let Ok(known) = fs::metadata(&target) {
            file.set_permissions(known.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&beside, &target)
    });
    written.map_err(|error| {
        // Whatever is left of the attempt is of no use; the first error is the one to report.
        let _ = fs::remove_file(&beside);
        Error::file(path, "write", &error)
    })
}

//! The text that a scenario came from: what turns a place into a file, a line and a column.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::error::{Error, Result, ScenarioFault};

/// Where something stands in the text, in bytes from its start.
pub(super) type Place = usize;

/// A scenario's text and the name of its file.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    /// The file as the user named it.
    pub file: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// A fault at `place`, with what to do about it if there is something to say.
    pub fn fault(&self, place: Place, message: impl Into<String>, hint: Option<String>) -> Error {
        let (line, column) = self.line_and_column(place);
        let (file, message) = (self.file.clone(), message.into());
        Error::Scenario(Box::new(ScenarioFault { file, line, column, message, hint }))
    }

    /// The line and the column of a place, both from 1, the column in characters.
    fn line_and_column(&self, place: Place) -> (usize, usize) {
        let mut place = place.min(self.text.len());
        while !self.text.is_char_boundary(place) {
            place -= 1;
        }
        let before = &self.text[..place];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Error::file(path, "read", &error))
}

/// Writes a file as a whole or not at all: first a new file beside it, then a change of names.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    // A link is followed, so that the file it means is written and the link stays.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = target.with_file_name(name);
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
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

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let source = Source { file: "a.toml".to_owned(), text: "é = 1\nx = ünknown".to_owned() };
        assert_eq!(source.line_and_column(0), (1, 1));
        assert_eq!(source.line_and_column("é =".len()), (1, 4));
        assert_eq!(source.line_and_column("é = 1\nx = ü".len()), (2, 6));
        assert_eq!(source.line_and_column(9999), (2, 12));
    }
}

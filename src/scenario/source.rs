//! The text that a scenario came from: what turns a place into a file, a line and a column.

use crate::error::{Error, ScenarioFault};

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

//! Tables as CSV (RFC 4180): a header, lines ended by CR LF, numbers in full precision.

use std::io::{self, Write};

use crate::ecs::tables::{Cell, Table};

/// Writes a table as CSV.
///
/// A number that is none (NaN) is an empty field, an empty text an empty field in quotes.
///
/// # Errors
/// Whatever `out` refuses.
///
/// ```
/// # use multi_universe_core::{ecs::tables::{Column, Table}, export::csv};
/// let table = Table::new(vec![("name", Column::words(vec![0], &["so, \"so\""])), ("hp", Column::Float(vec![0.1]))]);
/// let mut out = Vec::new();
/// csv::write(&table, &mut out)?;
/// assert_eq!(out, b"name,hp\r\n\"so, \"\"so\"\"\",0.1\r\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    line(out, table.names().iter().map(|name| Cell::Text(name)))?;
    (0..table.len()).try_for_each(|row| line(out, table.row(row).map(|(_, cell)| cell)))
}

fn line<'a>(out: &mut dyn Write, cells: impl Iterator<Item = Cell<'a>>) -> io::Result<()> {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        match cell {
            Cell::Float(number) if number.is_nan() => {}
            Cell::Float(number) => write!(out, "{number:?}")?,
            Cell::Int(number) => write!(out, "{number}")?,
            Cell::Flag(flag) => write!(out, "{flag}")?,
            Cell::Text(text) => write_text(out, text)?,
        }
    }
    out.write_all(b"\r\n")
}

fn write_text(out: &mut dyn Write, text: &str) -> io::Result<()> {
    if text.is_empty() || text.contains(['"', ',', '\r', '\n']) {
        write!(out, "\"{}\"", text.replace('"', "\"\""))
    } else {
        out.write_all(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use crate::ecs::tables::{Column, Table};

    #[test]
    fn quotes_line_breaks_and_missing_numbers_survive() -> std::io::Result<()> {
        let names = Column::words(vec![0, 1, 2, 3], &["plain", "two\nlines", "", "a;b"]);
        let hp = Column::Float(vec![1.0, f64::NAN, 0.1 + 0.2, 1e300]);
        let flags = Column::Flag(vec![true, false, true, false]);
        let table = Table::new(vec![("name", names), ("hp", hp), ("alive", flags)]);
        let mut out = Vec::new();
        super::write(&table, &mut out)?;
        let text = "name,hp,alive\r\nplain,1.0,true\r\n\"two\nlines\",,false\r\n\"\",0.30000000000000004,true\r\na;b,1e300,false\r\n";
        assert_eq!(String::from_utf8_lossy(&out), text);
        Ok(())
    }
}

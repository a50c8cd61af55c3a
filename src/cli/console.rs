//! Where a command writes, and how it ends.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, StdoutLock, Write};
use std::path::Path;

use crate::error::{Error, Result};

/// The width of a terminal that does not say how wide it is.
const USUAL_WIDTH: usize = 80;

/// How a command ends; of several, the last in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Done = 0,
    CheckFailed = 1,
    BadInput = 2,
    Interrupted = 130,
}

/// Standard output and standard error, and the exit code that comes of what was written to them.
pub(super) struct Console {
    out: BufWriter<StdoutLock<'static>>,
    /// Whether nobody reads the output any more.
    closed: bool,
    end: End,
    width: Option<usize>,
}

impl Console {
    /// The process's own.
    pub fn standard() -> Self {
        let stated = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let usual = io::stdout().is_terminal().then_some(USUAL_WIDTH);
        Self {
            out: BufWriter::new(io::stdout().lock()),
            closed: false,
            end: End::Done,
            width: stated.filter(|&width: &usize| width > 0).or(usual),
        }
    }

    /// How wide a table may be; absent: as wide as it is.
    pub fn width(&self) -> Option<usize> {
        self.width
    }

    /// Writes text.
    pub fn print(&mut self, text: impl Display) -> Result<()> {
        write!(self, "{}", legible(text)).map_err(|error| unwritable(&error))
    }

    /// Remembers that a check failed.
    pub fn check_failed(&mut self) {
        self.end = self.end.max(End::CheckFailed);
    }

    /// Writes an error to standard error and remembers it.
    pub fn fault(&mut self, error: &Error) {
        let end = if matches!(error, Error::Interrupted { .. }) { End::Interrupted } else { End::BadInput };
        self.complain(error, end);
    }

    /// Writes what the reader of the arguments says: help and version are no faults.
    pub fn usage(&mut self, usage: &clap::Error) {
        if usage.use_stderr() {
            self.complain(usage.to_string().trim_end(), End::BadInput);
        } else if let Err(error) = self.print(usage) {
            self.fault(&error);
        }
    }

    /// The exit code.
    pub fn finish(mut self) -> u8 {
        if let Err(error) = self.flush() {
            self.complain(unwritable(&error), End::BadInput);
        }
        self.end as u8
    }

    fn complain(&mut self, what: impl Display, end: End) {
        // First what was there first. An output or a standard error that cannot be written is no one's to tell.
        let _ = self.flush();
        let _ = writeln!(io::stderr(), "{}", legible(what));
        self.end = self.end.max(end);
    }

    /// A reader that has gone away (`muc run … | head`) is no fault: the rest is not written.
    fn unless_closed(
        &mut self,
        write: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        match write(&mut self.out) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other,
        }
    }
}

impl Write for Console {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_closed(|out| out.write_all(bytes)).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_closed(Write::flush)
    }
}

/// A text that steers no terminal: names come from files of other people.
fn legible(text: impl Display) -> String {
    let steers = |c: &char| c.is_control() && !matches!(c, '\n' | '\t');
    let shown = |c: char| if steers(&c) { c.escape_default().to_string() } else { c.to_string() };
    text.to_string().chars().map(shown).collect()
}

/// The error of an output that could not be written.
pub(super) fn unwritable(error: &(dyn std::error::Error + 'static)) -> Error {
    Error::file(Path::new("standard output"), "write", error)
}

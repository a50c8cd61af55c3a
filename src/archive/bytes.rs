//! Reading bytes that nobody vouches for: every number is checked before anything is allocated for it.

use std::fmt::Display;

use crate::error::Fault;

/// The rest of a section.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    section: &'static str,
    rest: &'a [u8],
}

/// Appends a text: its length in bytes (4 bytes), then the bytes.
pub fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.as_bytes());
}

impl<'a> Reader<'a> {
    /// A reader of these bytes, which faults call by the section's name.
    pub fn new(section: &'static str, bytes: &'a [u8]) -> Self {
        Self { section, rest: bytes }
    }

    /// A fault of this section.
    pub fn fault(&self, value: impl Display, wanted: impl Display) -> Fault {
        Fault::column(self.section, "", value, wanted)
    }

    /// Whether everything was read.
    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Everything must have been read.
    ///
    /// # Errors
    /// How many bytes are left.
    pub fn finish(self) -> Result<(), Fault> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(self.fault(format!("{left} bytes more"), "the end")),
        }
    }

    /// The next bytes.
    ///
    /// # Errors
    /// If there are not so many.
    pub fn take(&mut self, bytes: usize) -> Result<&'a [u8], Fault> {
        match self.rest.split_at_checked(bytes) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => Err(self.fault(format!("{} bytes", self.rest.len()), format!("{bytes} bytes"))),
        }
    }

    /// All bytes that are left.
    pub fn take_all(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// The next byte.
    ///
    /// # Errors
    /// If there is none.
    pub fn u8(&mut self) -> Result<u8, Fault> {
        self.array().map(u8::from_le_bytes)
    }

    /// The next two bytes.
    ///
    /// # Errors
    /// If there are fewer.
    pub fn u16(&mut self) -> Result<u16, Fault> {
        self.array().map(u16::from_le_bytes)
    }

    /// The next four bytes.
    ///
    /// # Errors
    /// If there are fewer.
    pub fn u32(&mut self) -> Result<u32, Fault> {
        self.array().map(u32::from_le_bytes)
    }

    /// The next eight bytes.
    ///
    /// # Errors
    /// If there are fewer.
    pub fn u64(&mut self) -> Result<u64, Fault> {
        self.array().map(u64::from_le_bytes)
    }

    /// The next sixteen bytes.
    ///
    /// # Errors
    /// If there are fewer.
    pub fn u128(&mut self) -> Result<u128, Fault> {
        self.array().map(u128::from_le_bytes)
    }

    /// The next eight bytes as the number of things that follow, each of at least `size` bytes.
    ///
    /// # Errors
    /// If so many things have no room in the rest: nothing is allocated for them.
    pub fn count(&mut self, size: usize) -> Result<usize, Fault> {
        let count = self.u64()?;
        let room = self.rest.len() / size.max(1);
        match usize::try_from(count) {
            Ok(count) if count <= room => Ok(count),
            _ => Err(self.fault(format!("a count of {count}"), format!("at most {room}: more do not fit"))),
        }
    }

    /// The next text.
    ///
    /// # Errors
    /// If it does not fit or is no UTF-8.
    pub fn text(&mut self) -> Result<&'a str, Fault> {
        let length = self.u32()?;
        let bytes = self.take(length as usize)?;
        std::str::from_utf8(bytes).map_err(|error| self.fault(error, "a text in UTF-8"))
    }
}

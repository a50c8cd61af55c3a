//! Byte strings that outlive the process: one container for snapshots and replays.
//!
//! # Layout
//!
//! All numbers are little-endian. The meaning of the first 36 bytes never changes, whatever the version.
//!
//! | offset | bytes | holds |
//! |---|---|---|
//! | 0 | 8 | what it is: `MUC-SNAP`, `MUC-RPLY` |
//! | 8 | 4 | version of the format, from 1 |
//! | 12 | 8 | length of the payload, in bytes |
//! | 20 | 16 | checksum: the [`Digest`] of the bytes before it and of the payload |
//! | 36 | … | payload: sections, one after another |
//!
//! A section is its number (2 bytes), its length (8 bytes) and so many bytes. A reader refuses numbers that it does
//! not know, unless they are at least [`OPTIONAL`]: those it passes over, so that content can be added without a
//! new version. The checksum is against accidents; whoever reads a section still checks every value.
//!
//! Why a format of our own and no serialisation crate: the content is a dozen columns by name, each of them one copy of
//! memory, and every byte of it is written down here, as files that people keep must be.

mod bytes;
mod pack;
mod table;

use std::collections::BTreeMap;

pub use bytes::{Reader, put_text};
pub use pack::{pack, unpack};
pub use table::{put_table, take_table};

use crate::ecs::digest::Digest;
use crate::error::Fault;

/// Sections with this number or a higher one may be passed over by who does not know them.
pub const OPTIONAL: u16 = 0x8000;

/// Bytes before the payload.
const HEADER: usize = 36;
/// Where the checksum begins.
const CHECKSUM: usize = 20;

/// What kind of archive it is.
#[derive(Debug)]
pub struct Form {
    /// Its name in messages: "snapshot".
    pub name: &'static str,
    /// Its first bytes.
    pub magic: [u8; 8],
    /// The newest version that this kernel reads, and the one that it writes.
    pub version: u32,
}

/// A part of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its number.
    pub number: u16,
    /// Its name in messages.
    pub name: &'static str,
}

/// An archive being written.
#[derive(Debug)]
pub struct Builder {
    bytes: Vec<u8>,
}

impl Builder {
    /// An archive without sections.
    pub fn new(form: &Form) -> Self {
        let mut bytes = form.magic.to_vec();
        bytes.extend(form.version.to_le_bytes());
        bytes.resize(HEADER, 0);
        Self { bytes }
    }

    /// Adds a section; `fill` appends its bytes.
    #[must_use]
    pub fn section(mut self, section: Section, fill: impl FnOnce(&mut Vec<u8>)) -> Self {
        self.bytes.extend(section.number.to_le_bytes());
        let length_at = self.bytes.len();
        self.bytes.extend([0; 8]);
        fill(&mut self.bytes);
        let length = (self.bytes.len() - length_at - 8) as u64;
        self.bytes[length_at..length_at + 8].copy_from_slice(&length.to_le_bytes());
        self
    }

    /// Adds a section that is compressed: the length of its bytes (8 bytes), then these, packed.
    #[must_use]
    pub fn packed(self, section: Section, fill: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut plain = Vec::new();
        fill(&mut plain);
        self.section(section, |out| {
            out.extend((plain.len() as u64).to_le_bytes());
            out.extend(pack(&plain));
        })
    }

    /// The whole archive.
    pub fn finish(mut self) -> Vec<u8> {
        let length = (self.bytes.len() - HEADER) as u64;
        self.bytes[CHECKSUM - 8..CHECKSUM].copy_from_slice(&length.to_le_bytes());
        let checksum = checksum(&self.bytes).0.to_le_bytes();
        self.bytes[CHECKSUM..HEADER].copy_from_slice(&checksum);
        self.bytes
    }
}

/// The checksum of an archive that is at least as long as its header.
fn checksum(bytes: &[u8]) -> Digest {
    let mut digest = Digest::new("archive");
    digest.fold(&bytes[..CHECKSUM]);
    digest.fold(&bytes[HEADER..]);
    digest
}

/// An archive whose container is sound: its sections, to be read.
#[derive(Debug)]
pub struct Archive<'a> {
    sections: BTreeMap<u16, &'a [u8]>,
}

impl<'a> Archive<'a> {
    /// Opens an archive that has the sections `known` and no others but optional ones.
    ///
    /// # Errors
    /// What is wrong with the container: foreign, cut short, damaged, too new.
    pub fn open(form: &Form, bytes: &'a [u8], known: &[Section]) -> Result<Self, Fault> {
        let payload = payload(form, bytes)?;
        let mut reader = Reader::new("sections", payload);
        let mut sections = BTreeMap::new();
        while !reader.is_at_end() {
            let number = reader.u16()?;
            let length = reader.count(1)?;
            let content = reader.take(length)?;
            if number < OPTIONAL && known.iter().all(|section| section.number != number) {
                let wanted = format!("sections of a {} of version {}", form.name, form.version);
                return Err(reader.fault(format!("section {number}"), wanted));
            }
            if sections.insert(number, content).is_some() {
                return Err(reader.fault(format!("section {number} again"), "each section once"));
            }
        }
        Ok(Self { sections })
    }

    /// The bytes of a section that is compressed.
    ///
    /// # Errors
    /// If there is no such section, or it does not hold what it says.
    pub fn packed(&self, section: Section) -> Result<Vec<u8>, Fault> {
        let mut reader = self.section(section)?;
        let length = reader.u64()?;
        let mut plain = Vec::new();
        let unpacked = unpack(reader.take_all(), usize::try_from(length).unwrap_or(usize::MAX), &mut plain);
        unpacked.map(|()| plain).map_err(|error| reader.fault(error, format!("{length} bytes, packed")))
    }

    /// The content of a section.
    ///
    /// # Errors
    /// If there is no such section.
    pub fn section(&self, section: Section) -> Result<Reader<'a>, Fault> {
        match self.sections.get(&section.number) {
            Some(content) => Ok(Reader::new(section.name, content)),
            None => Err(Fault::column(section.name, "", "no such section", "this section")),
        }
    }
}

/// The payload of a sound archive. The checksum goes before the version: a version is believed only if it is whole.
fn payload<'a>(form: &Form, bytes: &'a [u8]) -> Result<&'a [u8], Fault> {
    let fault = |value: String, wanted: String| Err(Fault::column("header", "", value, wanted));
    if !bytes.starts_with(&form.magic) {
        let wanted = format!("a {}, which begins with {}", form.name, form.magic.escape_ascii());
        return fault("another kind of content".to_owned(), wanted);
    }
    let mut header = Reader::new("header", &bytes[form.magic.len()..]);
    let (version, length) = (header.u32()?, header.u64()?);
    let stated = header.u128()?;
    if length != (bytes.len() - HEADER) as u64 {
        return fault(format!("{} bytes", bytes.len() - HEADER), format!("{length} bytes after the header"));
    }
    if stated != checksum(bytes).0 {
        let wanted = format!("an undamaged {}", form.name);
        return fault("content that does not fit its checksum".to_owned(), wanted);
    }
    if version == 0 || version > form.version {
        let wanted = format!("version 1 to {}; a newer kernel reads newer ones", form.version);
        return fault(format!("version {version} of the format"), wanted);
    }
    Ok(&bytes[HEADER..])
}

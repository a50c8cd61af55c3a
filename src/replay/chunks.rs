//! Many records of one size, compactly: what did not change costs next to nothing.
//!
//! A record is the columns of one moment, one after another. It is kept as its difference (exclusive or) to the record
//! before, with the bytes of equal significance of a column side by side, so that what is alike becomes runs of zeros; some
//! records together are a chunk, compressed with LZ4. Nothing is rounded: what is read back is what was written.

use std::ops::Range;

use crate::archive::{Reader, pack, unpack};
use crate::error::Fault;

/// Bytes of records, before compression, that are worth a chunk.
const CHUNK: usize = 1 << 18;

/// The columns of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    columns: Vec<(usize, usize)>,
    bytes: usize,
}

impl Layout {
    /// Columns of so many bytes a value and so many values.
    pub fn new(columns: Vec<(usize, usize)>) -> Self {
        let bytes = columns.iter().map(|(width, rows)| width * rows).sum();
        Self { columns, bytes }
    }

    /// Bytes of a record.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Records of a chunk.
    fn per_chunk(&self) -> usize {
        (CHUNK / self.bytes.max(1)).max(1)
    }

    /// Where each column is in a record, and the bytes of its values.
    pub fn spans(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        self.columns.iter().scan(0, |start, &(width, rows)| {
            let span = *start..*start + width * rows;
            *start = span.end;
            Some((width, span))
        })
    }

    /// Appends the difference of two records, by significance.
    fn spread(&self, before: &[u8], now: &[u8], out: &mut Vec<u8>) {
        for (width, span) in self.spans() {
            let start = out.len();
            out.resize(start + span.len(), 0);
            let (before, now) = (&before[span.clone()], &now[span]);
            // What did not change is left at zero.
            if before != now {
                let rows = now.len() / width;
                for (byte, plane) in out[start..].chunks_exact_mut(rows).enumerate() {
                    let pairs = before[byte..].iter().step_by(width).zip(now[byte..].iter().step_by(width));
                    plane.iter_mut().zip(pairs).for_each(|(place, (before, now))| *place = before ^ now);
                }
            }
        }
    }

    /// Applies a difference that [`Self::spread`] wrote to the record before.
    fn gather(&self, spread: &[u8], record: &mut [u8]) {
        for (width, span) in self.spans() {
            let (spread, record) = (&spread[span.clone()], &mut record[span]);
            let rows = record.len() / width;
            for (byte, plane) in spread.chunks_exact(rows.max(1)).enumerate() {
                // What did not change need not be walked.
                if plane.iter().fold(0, |any, value| any | value) != 0 {
                    let places = record[byte..].iter_mut().step_by(width);
                    places.zip(plane).for_each(|(place, value)| *place ^= value);
                }
            }
        }
    }
}

/// Records that were written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chunks {
    layout: Layout,
    records: usize,
    packed: Vec<Vec<u8>>,
}

/// Records being written.
pub(super) struct ChunkWriter {
    chunks: Chunks,
    last: Vec<u8>,
    open: Vec<u8>,
}

impl ChunkWriter {
    /// No records yet.
    pub fn new(layout: Layout) -> Self {
        let last = vec![0; layout.bytes];
        Self { chunks: Chunks { layout, records: 0, packed: Vec::new() }, last, open: Vec::new() }
    }

    /// Adds a record.
    pub fn push(&mut self, record: &[u8]) {
        self.chunks.layout.spread(&self.last, record, &mut self.open);
        self.last.copy_from_slice(record);
        self.chunks.records += 1;
        if self.chunks.records.is_multiple_of(self.chunks.layout.per_chunk()) {
            self.pack();
        }
    }

    /// All records.
    pub fn finish(mut self) -> Chunks {
        if !self.open.is_empty() {
            self.pack();
        }
        self.chunks
    }

    fn pack(&mut self) {
        self.chunks.packed.push(pack(&self.open));
        self.open.clear();
    }
}

impl Chunks {
    /// What a record is.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The records, one after another.
    pub fn walk(&self) -> Walk<'_> {
        Walk { chunks: self, next: 0, open: Vec::new(), record: vec![0; self.layout.bytes] }
    }

    /// Appends all chunks: for each its length (4 bytes) and its bytes.
    pub fn put(&self, out: &mut Vec<u8>) {
        for chunk in &self.packed {
            out.extend((chunk.len() as u32).to_le_bytes());
            out.extend(chunk);
        }
    }

    /// Reads as many chunks as hold so many records. What is in them is not looked at yet.
    pub fn take(mut reader: Reader<'_>, layout: Layout, records: usize) -> Result<Self, Fault> {
        let mut packed = Vec::new();
        for _ in 0..records.div_ceil(layout.per_chunk()) {
            let length = reader.u32()?;
            packed.push(reader.take(length as usize)?.to_vec());
        }
        reader.finish()?;
        Ok(Self { layout, records, packed })
    }
}

/// A walk through records.
pub(super) struct Walk<'a> {
    chunks: &'a Chunks,
    next: usize,
    open: Vec<u8>,
    record: Vec<u8>,
}

impl Walk<'_> {
    /// The next record of chunks that were written here, or checked when they were read.
    ///
    /// # Panics
    /// After the last record.
    pub fn record(&mut self) -> &[u8] {
        self.next().ok().flatten().expect("sound chunks, walked as far as there are records")
    }

    /// The next record; absent after the last.
    ///
    /// # Errors
    /// In words, if a chunk does not hold what it should.
    pub fn next(&mut self) -> Result<Option<&[u8]>, String> {
        let Chunks { layout, records, packed } = self.chunks;
        if self.next == *records {
            return Ok(None);
        }
        let (chunk, place) = (self.next / layout.per_chunk(), self.next % layout.per_chunk());
        if place == 0 {
            let bytes = (records - self.next).min(layout.per_chunk()) * layout.bytes;
            unpack(&packed[chunk], bytes, &mut self.open)
                .map_err(|error| format!("chunk {chunk}: {error}"))?;
        }
        layout.gather(&self.open[place * layout.bytes..(place + 1) * layout.bytes], &mut self.record);
        self.next += 1;
        Ok(Some(&self.record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        Layout::new(vec![(8, 3), (1, 2), (4, 0), (4, 1)])
    }

    fn record(seed: u8) -> Vec<u8> {
        (0..layout().bytes() as u8).map(|byte| byte.wrapping_mul(seed).rotate_left(3)).collect()
    }

    #[test]
    fn what_is_read_back_is_what_was_written() {
        let per_chunk = layout().per_chunk();
        for count in [0, 1, per_chunk, per_chunk + 1] {
            let records: Vec<Vec<u8>> = (0..count).map(|n| record((n % 7) as u8)).collect();
            let mut writer = ChunkWriter::new(layout());
            records.iter().for_each(|record| writer.push(record));
            let chunks = writer.finish();
            let mut bytes = Vec::new();
            chunks.put(&mut bytes);
            let read = Chunks::take(Reader::new("frames", &bytes), layout(), count).expect("whole chunks");
            assert_eq!(read, chunks);
            let mut walk = read.walk();
            for record in &records {
                assert_eq!(walk.next().expect("sound chunks"), Some(record.as_slice()));
            }
            assert_eq!(walk.next(), Ok(None));
        }
    }

    #[test]
    fn what_does_not_change_costs_next_to_nothing() {
        let layout = Layout::new(vec![(8, 1_000)]);
        let mut writer = ChunkWriter::new(layout.clone());
        let record: Vec<u8> = (0..layout.bytes()).map(|byte| (byte * byte % 251) as u8).collect();
        (0..1_000).for_each(|_| writer.push(&record));
        let mut bytes = Vec::new();
        writer.finish().put(&mut bytes);
        assert!(bytes.len() < 8_000 + 40_000, "{} bytes", bytes.len());
    }

    #[test]
    fn chunks_that_hold_something_else_are_refused() {
        let mut writer = ChunkWriter::new(layout());
        writer.push(&record(3));
        let sound = writer.finish();
        for packed in [vec![], vec![0xFF; 40], pack(&[0; 7]), lz4_flex::block::compress(&[0; 99])] {
            let chunks = Chunks { packed: vec![packed], ..sound.clone() };
            assert!(chunks.walk().next().is_err());
        }
    }
}

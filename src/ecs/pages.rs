//! Memory for columns, asked for at once.
//!
//! A new column's memory is handed over by the system page by page, as each is written first: for a million numbers that
//! are two thousand pages of 4 KiB, which take longer than the numbers. Linux gives pages of 2 MiB to who asks for them, as
//! NumPy does for its arrays, and the pages of columns too small for that in one go. Elsewhere nothing is asked for.
#![expect(
    unsafe_code,
    reason = "the system is asked by a foreign function, and memory is written that holds nothing"
)]

use std::mem::MaybeUninit;

/// An empty column with room for so many values.
pub fn with_room<T>(values: usize) -> Vec<T> {
    let mut column = Vec::new();
    reserve(&mut column, values);
    column
}

/// Makes room for so many values more, which are about to be written.
pub fn reserve<T>(column: &mut Vec<T>, values: usize) {
    let before = column.capacity();
    column.reserve(values);
    if column.capacity() != before {
        ask(column, values);
    }
}

/// `rows` times a value.
pub fn filled<T: Clone>(value: T, rows: usize) -> Vec<T> {
    let mut column = with_room(rows);
    column.resize(rows, value);
    column
}

/// The values of an iterator that knows how many it has.
pub fn collected<T>(values: impl ExactSizeIterator<Item = T>) -> Vec<T> {
    let mut column = with_room(values.len());
    column.extend(values);
    column
}

/// A column that holds nothing, and of which each value is about to be written. Whoever writes a page first is given it, so
/// that threads which each write their part share that work, too.
pub struct Blank<T> {
    column: Vec<T>,
    rows: usize,
}

impl<T: Copy> Blank<T> {
    /// For so many values.
    pub fn of(rows: usize) -> Self {
        Self::instead_of(Vec::new(), rows)
    }

    /// For so many values, in the memory of a column that nobody needs any more, if there is room in it.
    pub fn instead_of(mut column: Vec<T>, rows: usize) -> Self {
        column.clear();
        if column.capacity() < rows {
            column = Vec::with_capacity(rows);
            if rows * size_of::<T>() >= LARGE {
                advise(column.spare_capacity_mut(), Pages::Large);
            }
        }
        Self { column, rows }
    }

    /// The places of the values.
    pub fn slots(&mut self) -> &mut [MaybeUninit<T>] {
        &mut self.column.spare_capacity_mut()[..self.rows]
    }

    /// The column.
    ///
    /// # Safety
    /// Each of the slots has been written.
    pub unsafe fn written(mut self) -> Vec<T> {
        // SAFETY: there is room for so many values, and they have been written.
        unsafe { self.column.set_len(self.rows) };
        self.column
    }
}

/// Asks the processor for what is in memory at an address, which is read soon.
#[inline(always)]
pub fn prefetch<T>(address: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: this is a hint to the processor; any address will do.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}

/// Columns of at least so many bytes ask for large pages.
const LARGE: usize = 4 << 20;
/// Smaller ones than this are not worth a call.
const SMALL: usize = 64 << 10;

/// Asks for the memory of the next `values` values of a column.
fn ask<T>(column: &mut Vec<T>, values: usize) {
    let room = column.spare_capacity_mut();
    let next = values.min(room.len());
    match next * size_of::<T>() {
        ..SMALL => {}
        SMALL..LARGE => advise(&mut room[..next], Pages::AtOnce),
        LARGE.. => advise(&mut room[..next], Pages::Large),
    }
}

/// How the system is to hand memory over.
enum Pages {
    /// In large pages, when they are written first.
    Large,
    /// Now, all in one go.
    AtOnce,
}

#[cfg(all(target_os = "linux", not(miri)))]
fn advise<T>(memory: &mut [T], pages: Pages) {
    /// What is asked for begins and ends with a page; none is larger than this where Linux runs.
    const PAGE: usize = 64 << 10;
    let start = memory.as_mut_ptr().cast::<u8>();
    let skipped = start.align_offset(PAGE);
    let bytes = size_of_val(memory).saturating_sub(skipped) / PAGE * PAGE;
    if bytes == 0 {
        return;
    }
    let advice = match pages {
        Pages::Large => libc::MADV_HUGEPAGE,
        Pages::AtOnce => libc::MADV_POPULATE_WRITE,
    };
    // SAFETY: the `bytes` bytes from `skipped` on lie within the slice (`bytes` is 0 otherwise). Neither advice changes what
    // they hold or who may use them; if the system refuses it, as an older one does, all stays as it is.
    unsafe { libc::madvise(start.add(skipped).cast(), bytes, advice) };
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn advise<T>(_: &mut [T], _: Pages) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_columns_hold_what_small_ones_hold() {
        for rows in [0, 1, 1000, 10_000, 100_000, 524_287, 524_288, 524_289, 3_000_000] {
            let mut column = filled(7.5_f64, rows);
            reserve(&mut column, rows / 2 + 1);
            column.extend((0..=rows / 2).map(|row| row as f64));
            assert!(column[..rows].iter().all(|&value| value == 7.5), "{rows} rows");
            assert!(
                column[rows..].iter().enumerate().all(|(row, &value)| value == row as f64),
                "{rows} rows"
            );
            let mut blank = Blank::instead_of(vec![-1; rows / 2 + 7], rows);
            blank.slots().iter_mut().enumerate().for_each(|(row, slot)| _ = slot.write(row as i64));
            // SAFETY: all slots have been written.
            let written = unsafe { blank.written() };
            assert!(
                written.len() == rows && written.iter().zip(0..).all(|(&value, row)| value == row),
                "{rows} rows"
            );
            assert_eq!(
                collected((0..rows).map(|row| row as u32)).last().copied(),
                (rows as u32).checked_sub(1)
            );
        }
    }
}

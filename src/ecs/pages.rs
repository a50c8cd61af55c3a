//! Large columns on large pages.
//!
//! A new column's memory is handed over by the system page by page, as it is written first: for a million numbers that are
//! two thousand pages of 4 KiB, which take longer than the numbers. Linux gives pages of 2 MiB to who asks for them, as
//! NumPy does for its arrays. Elsewhere, and for small columns, nothing is asked for.
#![expect(unsafe_code, reason = "the system is asked by a foreign function")]

/// Columns of at least so many bytes ask for large pages.
const LARGE: usize = 4 << 20;

/// An empty column with room for so many values.
pub fn with_room<T>(values: usize) -> Vec<T> {
    let mut column = Vec::with_capacity(values);
    ask(&mut column);
    column
}

/// Makes room for so many values more.
pub fn reserve<T>(column: &mut Vec<T>, values: usize) {
    let before = column.capacity();
    column.reserve(values);
    if column.capacity() != before {
        ask(column);
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

/// Asks for large pages for the room of a large column.
#[cfg(all(target_os = "linux", not(miri)))]
fn ask<T>(column: &mut Vec<T>) {
    /// The start of what is advised must be the start of a page; no page is larger than this where Linux runs.
    const PAGE: usize = 64 << 10;
    let bytes = column.capacity() * size_of::<T>();
    if bytes < LARGE {
        return;
    }
    let start = column.as_mut_ptr().cast::<u8>();
    let skipped = start.align_offset(PAGE);
    let pages = (bytes - skipped) / PAGE * PAGE;
    // SAFETY: the `pages` bytes from `skipped` on lie within the column's own allocation, which is larger than a page. The
    // advice changes neither what they hold nor who may use them; if the system refuses it, all stays as it is.
    unsafe { libc::madvise(start.add(skipped).cast(), pages, libc::MADV_HUGEPAGE) };
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn ask<T>(_: &mut Vec<T>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_columns_hold_what_small_ones_hold() {
        for rows in [0, 1, 1000, LARGE / 8 - 1, LARGE / 8, LARGE / 8 + 1, LARGE] {
            let mut column = filled(7.5_f64, rows);
            reserve(&mut column, rows / 2 + 1);
            column.extend((0..=rows / 2).map(|row| row as f64));
            assert!(column[..rows].iter().all(|&value| value == 7.5), "{rows} rows");
            assert!(
                column[rows..].iter().enumerate().all(|(row, &value)| value == row as f64),
                "{rows} rows"
            );
            assert_eq!(
                collected((0..rows).map(|row| row as u32)).last().copied(),
                (rows as u32).checked_sub(1)
            );
        }
    }
}

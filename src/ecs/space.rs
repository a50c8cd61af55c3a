//! Who is nearest: the living of each side in lines, long lines in a cell grid.
//!
//! A line holds the units of one side that share a weight (static units count as farther away than they
//! are). A short line is searched from end to end. A long one is sorted into square cells, column by
//! column; a search walks the columns outward from its own and takes from each only the run of cells that
//! can still hold something nearer. So a search far outside the cells is as quick as one among them.
//!
//! Those who stand in line together search together ([`Seekers`]): of a short line each unit is compared with all of them
//! at once, and neighbours in a long one walk the same cells, which the processor's cache then holds.
//!
//! Nearness is the *squared weighted distance*: no roots, and the same order. Between equals the lower row.

use std::ops::Range;

use super::cells::{Grid, PER_CELL, SLACK};
use super::components::NOBODY;

/// Lines shorter than this are searched from end to end.
const GRID_FROM: usize = 96;
/// Units that a scan looks at together, and units that search together.
pub const BLOCK: usize = 8;
/// The best candidate so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// Squared weighted distance; infinite while there is no candidate.
    pub key: f64,
    /// The candidate's row, or [`NOBODY`].
    pub row: u32,
}

impl Nearest {
    /// No candidate yet.
    pub const NONE: Self = Self { key: f64::INFINITY, row: NOBODY };

    /// Takes the candidate if it is nearer, or as near and of a lower row.
    #[inline(always)]
    pub fn offer(&mut self, key: f64, row: u32) {
        if key < self.key || (key == self.key && row < self.row) {
            *self = Self { key, row };
        }
    }
}

/// Units that stand in line one after another and search at once: where they are, and the best candidate of each so far.
#[derive(Clone, Copy, Debug)]
pub struct Seekers {
    x: [f64; BLOCK],
    y: [f64; BLOCK],
    key: [f64; BLOCK],
    /// The candidates' rows, as floats, which hold them exactly: so they stay beside the keys in vector units.
    row: [f64; BLOCK],
}

impl Seekers {
    /// One's best candidate so far.
    #[inline(always)]
    pub fn best(&self, lane: usize) -> Nearest {
        Nearest { key: self.key[lane], row: self.row[lane] as u32 }
    }

    /// Offers a candidate to one of them.
    #[inline(always)]
    pub fn offer(&mut self, lane: usize, key: f64, row: u32) {
        let mut best = self.best(lane);
        best.offer(key, row);
        (self.key[lane], self.row[lane]) = (best.key, f64::from(best.row));
    }

    /// Offers each of them a candidate of its own.
    #[inline(always)]
    fn offer_each(&mut self, keys: &[f64; BLOCK], rows: &[f64; BLOCK]) {
        for lane in 0..BLOCK {
            let (key, row) = (keys[lane], rows[lane]);
            let nearer = (key < self.key[lane]) | ((key == self.key[lane]) & (row < self.row[lane]));
            self.key[lane] = if nearer { key } else { self.key[lane] };
            self.row[lane] = if nearer { row } else { self.row[lane] };
        }
    }
}

/// The units of one side and weight, and their cells if they are many.
#[derive(Clone, Debug, Default)]
struct Line {
    units: Range<usize>,
    grid: Option<Grid>,
}

/// The living units of all sides, to be searched.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    lines: Vec<Line>,
    x: Vec<f64>,
    y: Vec<f64>,
    row: Vec<u32>,
    /// For each cell, where its units begin; the next cell's begin is its end.
    cell_start: Vec<u32>,
    are_long: bool,
    /// Scratch of filling: where the next unit of each line goes.
    ends: Vec<usize>,
    /// Scratch of filling, and of the sort into cells.
    unsorted: Vec<(f64, f64, u32, u32)>,
}

impl Lines {
    /// Fills the lines anew with `rows`, which ascend: `line_of` says in which of `count` lines each stands, `place_of` where.
    pub fn fill(
        &mut self,
        count: usize,
        rows: impl Iterator<Item = u32>,
        line_of: impl Fn(u32) -> usize,
        place_of: impl Fn(u32) -> (f64, f64),
    ) {
        self.ends.clear();
        self.ends.resize(count, 0);
        self.unsorted.clear();
        for row in rows {
            let (line, (x, y)) = (line_of(row), place_of(row));
            self.ends[line] += 1;
            self.unsorted.push((x, y, row, line as u32));
        }
        self.lines.clear();
        let mut start = 0;
        for end in &mut self.ends {
            let length = std::mem::replace(end, start);
            self.lines.push(Line { units: start..start + length, grid: None });
            start += length.next_multiple_of(BLOCK);
        }
        // What fills a line's last block is infinitely far away.
        self.x.clear();
        self.x.resize(start, f64::INFINITY);
        self.y.resize(start, 0.0);
        self.row.clear();
        self.row.resize(start, NOBODY);
        let (xs, ys, rows) = (&mut self.x[..start], &mut self.y[..start], &mut self.row[..start]);
        for &(x, y, row, line) in &self.unsorted {
            let place = self.ends[line as usize];
            self.ends[line as usize] += 1;
            (xs[place], ys[place], rows[place]) = (x, y, row);
        }
        self.cell_start.clear();
        // A box has at most wh/c² + w/c + h/c + 1 cells, each term but the last at most units / PER_CELL.
        self.cell_start.reserve((3.0 / PER_CELL) as usize * start + 2 * count);
        self.are_long = false;
        for line in 0..count {
            if self.lines[line].units.len() >= GRID_FROM {
                self.are_long = true;
                self.lines[line].grid = Some(self.sort_into_cells(self.lines[line].units.clone()));
            }
        }
    }

    /// Who stands in each place of all lines: the row, or [`NOBODY`] where a line's last block is not full. A line begins
    /// with a block of its own.
    pub fn rows(&self) -> &[u32] {
        &self.row
    }

    /// The line that holds a place.
    pub fn line_at(&self, place: usize) -> usize {
        self.lines.partition_point(|line| line.units.end.next_multiple_of(BLOCK) <= place)
    }

    /// Whether there is a line that is searched by cells, so that a first candidate spares work.
    pub fn are_long(&self) -> bool {
        self.are_long
    }

    /// The block of units that begins at a place.
    #[inline(always)]
    pub fn seekers(&self, place: usize) -> Seekers {
        let none = Nearest::NONE;
        let (key, row) = ([none.key; BLOCK], [f64::from(none.row); BLOCK]);
        let mut seekers = Seekers { x: [0.0; BLOCK], y: [0.0; BLOCK], key, row };
        seekers.x.copy_from_slice(&self.x[place..place + BLOCK]);
        seekers.y.copy_from_slice(&self.y[place..place + BLOCK]);
        seekers
    }

    /// Offers to each of the seekers the units of a line, their squared distances times `weight`.
    #[inline(always)]
    pub fn search_together(&self, line: usize, weight: f64, seekers: &mut Seekers) {
        let Line { units, grid } = &self.lines[line];
        match grid {
            // Few battles have static units.
            None if units.is_empty() => {}
            None => self.scan_together(units.clone(), weight, seekers),
            Some(grid) => {
                // An empty place is infinitely far away from everybody.
                for lane in (0..BLOCK).filter(|&lane| seekers.x[lane].is_finite()) {
                    let mut best = seekers.best(lane);
                    self.search_cells(grid, seekers.x[lane], seekers.y[lane], weight, &mut best);
                    (seekers.key[lane], seekers.row[lane]) = (best.key, f64::from(best.row));
                }
            }
        }
    }

    /// Offers a line's units one after another, each to all seekers at once, without a branch.
    #[inline(always)]
    fn scan_together(&self, line: Range<usize>, weight: f64, seekers: &mut Seekers) {
        let (mut keys, mut rows) = ([f64::INFINITY; BLOCK], seekers.row);
        let places = self.x[line.clone()].iter().zip(&self.y[line.clone()]).zip(&self.row[line]);
        for ((&x, &y), &row) in places {
            let row = f64::from(row);
            for lane in 0..BLOCK {
                let (dx, dy) = (x - seekers.x[lane], y - seekers.y[lane]);
                let key = (dx * dx + dy * dy) * weight;
                // Rows ascend along a line, so of equals the first one stays.
                let nearer = key < keys[lane];
                keys[lane] = if nearer { key } else { keys[lane] };
                rows[lane] = if nearer { row } else { rows[lane] };
            }
        }
        seekers.offer_each(&keys, &rows);
    }

    /// Offers to `best` the units of a line, their squared distance times `weight`.
    #[inline(always)]
    pub fn search(&self, line: usize, x: f64, y: f64, weight: f64, best: &mut Nearest) {
        let Line { units, grid } = &self.lines[line];
        match grid {
            None => self.scan(units.clone(), x, y, weight, best),
            Some(grid) => self.search_cells(grid, x, y, weight, best),
        }
    }

    /// Offers a run of units.
    ///
    /// Most are farther away than the best so far: a block is looked at one by one only if it holds one that
    /// is not.
    #[inline(always)]
    fn scan(&self, run: Range<usize>, x: f64, y: f64, weight: f64, best: &mut Nearest) {
        let (xs, xs_rest) = self.x[run.clone()].as_chunks::<BLOCK>();
        let (ys, ys_rest) = self.y[run.clone()].as_chunks::<BLOCK>();
        let (rows, rows_rest) = self.row[run].as_chunks::<BLOCK>();
        let key = |ux: f64, uy: f64| ((ux - x) * (ux - x) + (uy - y) * (uy - y)) * weight;
        for ((xs, ys), rows) in xs.iter().zip(ys).zip(rows) {
            let mut keys = [0.0; BLOCK];
            for lane in 0..BLOCK {
                keys[lane] = key(xs[lane], ys[lane]);
            }
            if keys.iter().fold(false, |any, &key| any | (key <= best.key)) {
                keys.iter().zip(rows).for_each(|(&key, &row)| best.offer(key, row));
            }
        }
        for ((&ux, &uy), &row) in xs_rest.iter().zip(ys_rest).zip(rows_rest) {
            best.offer(key(ux, uy), row);
        }
    }

    #[inline(always)]
    fn search_cells(&self, grid: &Grid, x: f64, y: f64, weight: f64, best: &mut Nearest) {
        let own = grid.column_of(x);
        // The nearest cells first: what they hold bounds the search of whole columns.
        let (cells, row) = (grid.first_cell + own * grid.rows, grid.row_of(y));
        let (low, high) = (row.saturating_sub(1), (row + 2).min(grid.rows));
        self.scan(self.run(cells + low, cells + high), x, y, weight, best);
        self.search_column(grid, own, x, y, weight, best);
        let (mut left, mut right) = (own, own + 1);
        loop {
            let to_left = (left > 0).then(|| grid.gap_left(left, x));
            let to_right = (right < grid.columns).then(|| grid.gap_right(right, x));
            let (gap, column) = match (to_left, to_right) {
                (Some(l), Some(r)) if l <= r => (l, left - 1),
                (Some(l), None) => (l, left - 1),
                (_, Some(r)) => (r, right),
                (None, None) => return,
            };
            if gap * gap * weight > best.key {
                return;
            }
            self.search_column(grid, column, x, y, weight, best);
            if column < left { left = column } else { right = column + 1 }
        }
    }

    /// The units of some cells that follow each other.
    #[inline(always)]
    fn run(&self, first: usize, end: usize) -> Range<usize> {
        self.cell_start[first] as usize..self.cell_start[end] as usize
    }

    /// Offers the cells of a column that can hold something nearer than the best.
    #[inline(always)]
    fn search_column(&self, grid: &Grid, column: usize, x: f64, y: f64, weight: f64, best: &mut Nearest) {
        let gap = grid.gap_left(column + 1, x).max(grid.gap_right(column, x));
        // Without a bound, or without a weight (then all are equally near), all cells count.
        let height = match best.key / weight {
            bound if bound.is_finite() => (bound - gap * gap).max(0.0).sqrt(),
            _ => f64::INFINITY,
        };
        let (low, high) = if height.is_finite() {
            let place = |y: f64| (y - grid.bottom) / grid.cell;
            let (low, high) = (place(y - height) - SLACK, place(y + height) + SLACK);
            if high < 0.0 || low >= grid.rows as f64 {
                return;
            }
            // A negative number becomes zero.
            (low as usize, (high as usize).min(grid.rows - 1))
        } else {
            (0, grid.rows - 1)
        };
        let cells = grid.first_cell + column * grid.rows;
        self.scan(self.run(cells + low, cells + high + 1), x, y, weight, best);
    }

    /// Sorts a line's units into cells; within a cell they stay in order of row.
    fn sort_into_cells(&mut self, units: Range<usize>) -> Grid {
        let grid = Grid::over(&self.x[units.clone()], &self.y[units.clone()], self.cell_start.len());
        let cells = grid.columns * grid.rows;
        self.cell_start.resize(grid.first_cell + cells + 1, 0);
        let starts = &mut self.cell_start[grid.first_cell..];
        self.unsorted.clear();
        for unit in units.clone() {
            let (x, y) = (self.x[unit], self.y[unit]);
            let cell = grid.column_of(x) * grid.rows + grid.row_of(y);
            starts[cell + 1] += 1;
            self.unsorted.push((x, y, self.row[unit], cell as u32));
        }
        starts[0] = units.start as u32;
        for cell in 0..cells {
            starts[cell + 1] += starts[cell];
        }
        // Filling moves each cell's start to its end, which is the next one's start; then all shift by one.
        for &(x, y, row, cell) in &self.unsorted {
            let place = starts[cell as usize] as usize;
            starts[cell as usize] += 1;
            (self.x[place], self.y[place], self.row[place]) = (x, y, row);
        }
        starts.copy_within(0..cells, 1);
        starts[0] = units.start as u32;
        grid
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brute(xs: &[f64], ys: &[f64], x: f64, y: f64, weight: f64) -> Nearest {
        let mut best = Nearest::NONE;
        for (row, (&ux, &uy)) in xs.iter().zip(ys).enumerate() {
            best.offer(((ux - x) * (ux - x) + (uy - y) * (uy - y)) * weight, row as u32);
        }
        best
    }

    proptest! {
        #[test]
        fn the_cells_find_what_a_full_search_finds(
            points in prop::collection::vec((-50i32..50, -30i32..30), 1..600),
            scale in prop::sample::select(vec![0.5, 1.0, 1e-3]),
            queries in prop::collection::vec((-300f64..300.0, -300f64..300.0), 1..20),
            flat in any::<bool>(),
            weight in prop::sample::select(vec![1.0, 25.0, 0.0]),
        ) {
            let xs: Vec<f64> = points.iter().map(|p| f64::from(p.0) * scale).collect();
            let ys: Vec<f64> = points.iter().map(|p| if flat { 1.0 } else { f64::from(p.1) * scale }).collect();
            let mut lines = Lines::default();
            lines.fill(1, 0..xs.len() as u32, |_| 0, |row| (xs[row as usize], ys[row as usize]));
            for (x, y) in queries.into_iter().chain(xs.iter().copied().zip(ys.iter().copied()).take(20)) {
                let expected = brute(&xs, &ys, x, y, weight);
                let mut found = Nearest::NONE;
                lines.search(0, x, y, weight, &mut found);
                prop_assert_eq!(found, expected);
                // A bound from an earlier target changes nothing.
                let mut warm = Nearest::NONE;
                warm.offer(((xs[0] - x) * (xs[0] - x) + (ys[0] - y) * (ys[0] - y)) * weight, 0);
                lines.search(0, x, y, weight, &mut warm);
                prop_assert_eq!(warm, expected);
            }
            for place in (0..lines.rows().len()).step_by(BLOCK) {
                let mut together = lines.seekers(place);
                lines.search_together(lines.line_at(place), weight, &mut together);
                let found = (0..BLOCK).map(|lane| together.best(lane));
                for (&row, found) in lines.rows()[place..].iter().zip(found) {
                    if row != NOBODY {
                        let expected = brute(&xs, &ys, xs[row as usize], ys[row as usize], weight);
                        prop_assert_eq!(found, expected);
                    }
                }
            }
        }
    }
}

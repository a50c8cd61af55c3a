//! Square cells over a box of points: which cell a point is in, and how far cells are from a point at least.

/// Units per cell, on average.
pub(super) const PER_CELL: f64 = 0.5;
/// How far a unit can seem to be outside its cell by rounding, in cells.
pub(super) const SLACK: f64 = 1e-6;

/// Square cells over a line, column by column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    /// The least x.
    pub(super) left: f64,
    /// The least y.
    pub(super) bottom: f64,
    /// The side of a cell.
    pub(super) cell: f64,
    /// Columns of cells, from left to right.
    pub(super) columns: usize,
    /// Cells of a column, from bottom to top.
    pub(super) rows: usize,
    /// Where this grid's cells begin among all cells.
    pub(super) first_cell: usize,
}

impl Grid {
    /// Cells over the box around these units.
    pub(super) fn over(xs: &[f64], ys: &[f64], first_cell: usize) -> Self {
        let bounds = |values: &[f64]| {
            values
                .iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)))
        };
        let ((left, right), (bottom, top)) = (bounds(xs), bounds(ys));
        let (width, height) = (right - left, top - bottom);
        let units = xs.len() as f64;
        // A box that is nearly a line gets cells along the line only.
        let cell = (width * height * PER_CELL / units).sqrt().max(width.max(height) * PER_CELL / units);
        let cell = if cell > 0.0 { cell } else { 1.0 };
        let count = |length: f64| (length / cell) as usize + 1;
        Self { left, bottom, cell, columns: count(width), rows: count(height), first_cell }
    }

    /// The column that `x` is in, or nearest to.
    #[inline(always)]
    pub(super) fn column_of(&self, x: f64) -> usize {
        (((x - self.left) / self.cell) as usize).min(self.columns - 1)
    }

    /// The place in a column that `y` is in, or nearest to.
    #[inline(always)]
    pub(super) fn row_of(&self, y: f64) -> usize {
        (((y - self.bottom) / self.cell) as usize).min(self.rows - 1)
    }

    /// The least distance from `x` to what lies left of the column's left edge.
    #[inline(always)]
    pub(super) fn gap_left(&self, column: usize, x: f64) -> f64 {
        (x - self.left - (column as f64 + SLACK) * self.cell).max(0.0)
    }

    /// The least distance from `x` to what lies right of the column's left edge.
    #[inline(always)]
    pub(super) fn gap_right(&self, column: usize, x: f64) -> f64 {
        (self.left + (column as f64 - SLACK) * self.cell - x).max(0.0)
    }
}

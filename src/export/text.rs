//! Tables as people like to read them: numbers under numbers, no line wrapped, long tables shortened.

use comfy_table::{Cell as Printed, CellAlignment, ContentArrangement, Table as Layout};

use crate::ecs::tables::{Cell, Column, Table};

/// A rule under the head and nothing else, in the order that `comfy_table` wants its parts.
const RULE_UNDER_HEAD: &str = "     ─             ";
/// Blanks to the right of a column.
const GAP: u16 = 2;
/// What stands for rows and columns that are left out.
const LEFT_OUT: &str = "…";
/// What stands for a number that is none.
const NONE: &str = "–";
/// So many decimals are shown at most.
const DECIMALS: usize = 3;
/// Numbers from here on have more digits than are readable.
const LARGE: f64 = 1e15;
/// Numbers that would show as nothing but zeros are written with an exponent.
const SMALL: f64 = 0.0005;

/// A table as text.
///
/// Of more than `max_rows` rows the first and the last are shown; of columns that do not fit into `width`
/// characters, the outer ones. The last line says how large the whole table is.
///
/// ```
/// # use multi_universe_core::{ecs::tables::{Column, Table}, export::text::render};
/// let names = Column::words(vec![0, 1], &["Hegemony", "Synod"]);
/// let table = Table::new(vec![("name", names), ("hp", Column::Float(vec![400.0, 12.25]))]);
/// let text = "\
/// name          hp
/// ────────────────
/// Hegemony  400.00
/// Synod      12.25
/// 2 rows × 2 columns
/// ";
/// assert_eq!(render(&table, None, 20), text);
/// ```
pub fn render(table: &Table, width: Option<usize>, max_rows: usize) -> String {
    let rows = shown_rows(table.len(), max_rows);
    let columns: Vec<PrintedColumn> = table
        .names()
        .iter()
        .zip(table.columns())
        .map(|(name, column)| printed(name, column, &rows))
        .collect();
    let all = lay_out(&columns, &(0..columns.len()).map(Some).collect::<Vec<_>>());
    let widths: Vec<usize> = all.column_max_content_widths().into_iter().map(usize::from).collect();
    let layout = match shown_columns(&widths, width) {
        Some(shown) => lay_out(&columns, &shown),
        None => all,
    };
    let mut text = if columns.is_empty() { String::new() } else { layout.trim_fmt() + "\n" };
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let (rows, columns) = (table.len(), columns.len());
    text.push_str(&format!("{rows} row{} × {columns} column{}\n", plural(rows), plural(columns)));
    text
}

/// A column as text, the head first.
struct PrintedColumn {
    cells: Vec<String>,
    alignment: CellAlignment,
}

/// The rows to show; `None` stands for those that are left out.
fn shown_rows(rows: usize, max_rows: usize) -> Vec<Option<usize>> {
    if rows <= max_rows {
        return (0..rows).map(Some).collect();
    }
    let (first, last) = (max_rows.div_ceil(2), max_rows / 2);
    (0..first).map(Some).chain([None]).chain((rows - last..rows).map(Some)).collect()
}

fn printed(name: &str, column: &Column, rows: &[Option<usize>]) -> PrintedColumn {
    let decimals = match column {
        Column::Float(values) => rows.iter().flatten().map(|&row| decimals(values[row])).max().unwrap_or(0),
        _ => 0,
    };
    let cell = |row: &Option<usize>| match row.map(|row| column.cell(row)) {
        None => LEFT_OUT.to_owned(),
        Some(Cell::Float(number)) => float(number, decimals),
        Some(Cell::Int(number)) => number.to_string(),
        Some(Cell::Flag(flag)) => if flag { "yes" } else { "no" }.to_owned(),
        Some(Cell::Text(text)) => visible(text),
    };
    let alignment = match column {
        Column::Float(_) | Column::Int(_) => CellAlignment::Right,
        Column::Flag(_) | Column::Text { .. } => CellAlignment::Left,
    };
    PrintedColumn { cells: [name.to_owned()].into_iter().chain(rows.iter().map(cell)).collect(), alignment }
}

/// How many decimals a number needs, within [`DECIMALS`].
fn decimals(number: f64) -> usize {
    if !number.is_finite() || needs_exponent(number) {
        return 0;
    }
    let text = format!("{number:.DECIMALS$}");
    DECIMALS - text.bytes().rev().take(DECIMALS).take_while(|&digit| digit == b'0').count()
}

fn needs_exponent(number: f64) -> bool {
    number.abs() >= LARGE || (number != 0.0 && number.abs() < SMALL)
}

fn float(number: f64, decimals: usize) -> String {
    match number {
        _ if number.is_nan() => NONE.to_owned(),
        _ if number.is_infinite() => if number > 0.0 { "∞" } else { "-∞" }.to_owned(),
        _ if needs_exponent(number) => format!("{number:.DECIMALS$e}"),
        // Adding zero turns the negative zero, which would show its sign, into the other.
        _ => format!("{:.decimals$}", number + 0.0),
    }
}

/// A text without the characters that would break a line or steer a terminal.
fn visible(text: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(shown).collect()
}

/// The columns to show if not all of them fit: from the outer ones inwards, `None` for those left out.
fn shown_columns(widths: &[usize], width: Option<usize>) -> Option<Vec<Option<usize>>> {
    let (gap, count) = (usize::from(GAP), widths.len());
    let all = widths.iter().sum::<usize>() + gap * count.saturating_sub(1);
    let width = width.filter(|&width| width < all && count > 1)?;
    // The first column says what a row is, so it is shown even where it is too wide.
    let (mut left, mut right) = (1, count);
    let mut used = widths[0] + gap + LEFT_OUT.chars().count();
    while left < right {
        let from_left = left <= count - right;
        used += gap + widths[if from_left { left } else { right - 1 }];
        if used > width {
            break;
        }
        if from_left { left += 1 } else { right -= 1 }
    }
    Some((0..left).map(Some).chain([None]).chain((right..count).map(Some)).collect())
}

fn lay_out(columns: &[PrintedColumn], shown: &[Option<usize>]) -> Layout {
    let rows = columns.first().map_or(0, |column| column.cells.len());
    let row = |row: usize| {
        shown.iter().map(move |column| match column.map(|index| &columns[index]) {
            Some(column) => Printed::new(&column.cells[row]).set_alignment(column.alignment),
            None => Printed::new(LEFT_OUT),
        })
    };
    let mut layout = Layout::new();
    layout.load_preset(RULE_UNDER_HEAD).set_content_arrangement(ContentArrangement::Disabled);
    if rows > 0 {
        layout.set_header(row(0)).add_rows((1..rows).map(row));
    }
    for (index, column) in layout.column_iter_mut().enumerate() {
        column.set_padding((0, if index + 1 == shown.len() { 0 } else { GAP }));
    }
    layout
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::ecs::tables::{Column, Table};

    fn table(rows: i64) -> Table {
        let ids: Vec<i64> = (1..=rows).collect();
        let names = Column::words(ids.iter().map(|id| (id % 2) as u32).collect(), &["Hegemony", "Synod"]);
        let hp = ids.iter().map(|&id| id as f64 / 8.0).collect();
        let alive = ids.iter().map(|id| id % 2 == 0).collect();
        Table::new(vec![
            ("id", Column::Int(ids)),
            ("faction", names),
            ("hp", Column::Float(hp)),
            ("alive", Column::Flag(alive)),
        ])
    }

    #[test]
    fn a_long_table_shows_its_ends() {
        let text = "\x20id  faction       hp  alive
────────────────────────────
  1  Synod      0.125  no
  2  Hegemony   0.250  yes
  …  …              …  …
120  Hegemony  15.000  yes
120 rows × 4 columns
";
        assert_eq!(render(&table(120), None, 3), text);
    }

    #[test]
    fn a_wide_table_loses_whole_columns_in_the_middle() {
        let text = "id  …  alive
────────────
 1  …  no
1 row × 4 columns
";
        assert_eq!(render(&table(1), Some(20), 10), text);
    }

    #[test]
    fn the_first_column_is_shown_however_narrow_the_terminal() {
        assert!(render(&table(1), Some(0), 10).starts_with("id  …\n"));
    }

    #[test]
    fn odd_numbers_stay_readable() {
        let numbers = vec![f64::NAN, -0.0, 1e20, 0.00001, f64::INFINITY, -2.5];
        let text = "       x\n────────\n       –\n     0.0\n1.000e20\n1.000e-5\n       ∞\n    -2.5\n6 rows × 1 column\n";
        assert_eq!(render(&Table::new(vec![("x", Column::Float(numbers))]), None, 9), text);
    }

    #[test]
    fn names_are_never_wrapped_and_cannot_steer_the_terminal() {
        let name = format!("{} \u{1b}[31m\nred", "long ".repeat(30));
        let text = render(&Table::new(vec![("name", Column::words(vec![0], &[&name]))]), Some(40), 9);
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(text.contains(r"\u{1b}[31m\nred") && !text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_table_without_anything_has_its_size() {
        assert_eq!(render(&Table::default(), Some(80), 10), "0 rows × 0 columns\n");
        assert!(render(&table(0), None, 10).ends_with("0 rows × 4 columns\n"));
    }

    #[test]
    fn wide_characters_count_twice() {
        let names = Column::words(vec![0, 1], &["帝国", "ab"]);
        let text = render(&Table::new(vec![("name", names), ("n", Column::Int(vec![1, 2]))]), None, 9);
        assert!(text.contains("帝国  1\nab    2\n"), "{text}");
    }
}

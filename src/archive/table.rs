//! Tables as bytes: columns by name, each of them its values one after another.
//!
//! rows (8 bytes), columns (8 bytes), then for each column its name (a text), its kind (a byte) and its values:
//!
//! | kind | values |
//! |---|---|
//! | 0 | numbers, 8 bytes each, IEEE 754 |
//! | 1 | whole numbers, 8 bytes each |
//! | 2 | flags, a byte each, 0 or 1 |
//! | 3 | texts: the number of distinct ones (8 bytes), these, then 4 bytes for each row, which of them it has |

use std::sync::Arc;

use super::bytes::{Reader, put_text};
use crate::ecs::tables::{Column, Table};
use crate::error::Fault;

/// Appends a table.
pub fn put_table(out: &mut Vec<u8>, table: &Table) {
    out.extend((table.len() as u64).to_le_bytes());
    out.extend((table.columns().len() as u64).to_le_bytes());
    for (name, column) in table.names().iter().zip(table.columns()) {
        put_text(out, name);
        put_column(out, column);
    }
}

fn put_column(out: &mut Vec<u8>, column: &Column) {
    match column {
        Column::Float(values) => {
            out.push(0);
            out.extend(bytemuck::cast_slice::<f64, u8>(values));
        }
        Column::Int(values) => {
            out.push(1);
            out.extend(bytemuck::cast_slice::<i64, u8>(values));
        }
        Column::Flag(values) => {
            out.push(2);
            out.extend(values.iter().map(|&flag| u8::from(flag)));
        }
        Column::Text { codes, values } => {
            out.push(3);
            out.extend((values.len() as u64).to_le_bytes());
            values.iter().for_each(|text| put_text(out, text));
            out.extend(bytemuck::cast_slice::<u32, u8>(codes));
        }
    }
}

/// The next table, whose columns are among those that `known` knows by name.
///
/// # Errors
/// Whatever keeps it from being one: a length that does not fit, an unknown name, kind, flag or text.
pub fn take_table(
    reader: &mut Reader<'_>,
    known: impl Fn(&str) -> Option<&'static str>,
) -> Result<Table, Fault> {
    let rows = reader.count(0)?;
    let columns = reader.count(1)?;
    let mut taken: Vec<(&'static str, Column)> = Vec::new();
    for _ in 0..columns {
        let written = reader.text()?;
        let Some(name) = known(written) else {
            return Err(reader.fault(format!("a column '{written}'"), "columns that this kernel knows"));
        };
        if taken.iter().any(|(other, _)| *other == name) {
            return Err(reader.fault(format!("column '{name}' again"), "each column once"));
        }
        taken.push((name, take_column(reader, rows)?));
    }
    match (columns, rows) {
        (0, 1..) => Err(reader.fault(format!("{rows} rows without a column"), "columns")),
        _ => Ok(Table::new(taken)),
    }
}

fn take_column(reader: &mut Reader<'_>, rows: usize) -> Result<Column, Fault> {
    let kind = reader.u8()?;
    Ok(match kind {
        0 => Column::Float(take_values(reader, rows, f64::from_le_bytes)?),
        1 => Column::Int(take_values(reader, rows, i64::from_le_bytes)?),
        2 => Column::Flag(take_flags(reader, rows)?),
        3 => take_texts(reader, rows)?,
        _ => return Err(reader.fault(format!("a column of kind {kind}"), "a kind from 0 to 3")),
    })
}

fn take_values<T, const N: usize>(
    reader: &mut Reader<'_>,
    rows: usize,
    value: impl Fn([u8; N]) -> T,
) -> Result<Vec<T>, Fault> {
    let Some(length) = rows.checked_mul(N) else {
        return Err(reader.fault(format!("{rows} rows"), "as many as there are values"));
    };
    let (values, _) = reader.take(length)?.as_chunks::<N>();
    Ok(values.iter().map(|&bytes| value(bytes)).collect())
}

fn take_flags(reader: &mut Reader<'_>, rows: usize) -> Result<Vec<bool>, Fault> {
    let bytes = reader.take(rows)?;
    match bytes.iter().find(|&&byte| byte > 1) {
        Some(byte) => Err(reader.fault(format!("a flag of {byte}"), "0 or 1")),
        None => Ok(bytes.iter().map(|&byte| byte == 1).collect()),
    }
}

fn take_texts(reader: &mut Reader<'_>, rows: usize) -> Result<Column, Fault> {
    // A text takes four bytes at least, those of its length.
    let distinct = reader.count(4)?;
    let mut values = Vec::with_capacity(distinct);
    for _ in 0..distinct {
        values.push(Arc::from(reader.text()?));
    }
    let codes = take_values(reader, rows, u32::from_le_bytes)?;
    match codes.iter().find(|&&code| code as usize >= distinct) {
        Some(code) => Err(reader.fault(format!("text number {code}"), format!("one of {distinct} texts"))),
        None => Ok(Column::Text { codes, values }),
    }
}

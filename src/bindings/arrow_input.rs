//! Columns of Arrow tables: polars, pyarrow, pandas, DuckDB and whatever else speaks the C interface.
//!
//! One chunk of 64- or 32-bit numbers without nulls is borrowed as it is; everything else becomes one owned
//! column. Nulls are refused, but in columns of floats, where NaN means the same.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

use super::column::whole;
use crate::ecs::ingest::Values;

/// The values of a column in chunks of type `data_type`.
pub(crate) fn values<'a>(data_type: &DataType, chunks: &'a [ArrayRef]) -> Values<'a> {
    match data_type {
        DataType::Float64 => return Values::F64(floats::<Float64Type>(chunks, f64::NAN)),
        DataType::Float32 => return Values::F32(floats::<Float32Type>(chunks, f32::NAN)),
        DataType::Float16 => return Values::F32(small_floats(chunks)),
        _ => {}
    }
    if chunks.iter().any(|chunk| chunk.logical_null_count() > 0) {
        return Values::Refused(format!("{} with nulls", name(data_type)));
    }
    match data_type {
        DataType::Int64 => Values::I64(lend::<Int64Type>(chunks)),
        DataType::Int32 => Values::I32(lend::<Int32Type>(chunks)),
        DataType::Int16 => Values::I32(widen::<Int16Type, i32>(chunks)),
        DataType::Int8 => Values::I32(widen::<Int8Type, i32>(chunks)),
        DataType::UInt32 => Values::I64(widen::<UInt32Type, i64>(chunks)),
        DataType::UInt16 => Values::I32(widen::<UInt16Type, i32>(chunks)),
        DataType::UInt8 => Values::I32(widen::<UInt8Type, i32>(chunks)),
        DataType::UInt64 => whole(chunks.iter().flat_map(numbers::<UInt64Type>)),
        DataType::Boolean => {
            Values::Flag(chunks.iter().flat_map(|chunk| chunk.as_boolean().values()).collect())
        }
        _ => texts(chunks).map_or_else(|| Values::Refused(name(data_type)), Values::Text),
    }
}

/// A type's name as messages have it: `int64`, `decimal128(5, 2)`.
fn name(data_type: &DataType) -> String {
    data_type.to_string().to_lowercase()
}

fn numbers<A: ArrowPrimitiveType>(chunk: &ArrayRef) -> impl Iterator<Item = A::Native> + Clone {
    chunk.as_primitive::<A>().values().iter().copied()
}

/// The numbers as they are: borrowed if they are in one chunk.
fn lend<A: ArrowPrimitiveType>(chunks: &[ArrayRef]) -> Cow<'_, [A::Native]> {
    match chunks {
        [only] => Cow::Borrowed(only.as_primitive::<A>().values()),
        several => several.iter().flat_map(numbers::<A>).collect(),
    }
}

/// The numbers in a wider type, which holds them all.
fn widen<'a, A: ArrowPrimitiveType, T: From<A::Native> + Clone>(chunks: &[ArrayRef]) -> Cow<'a, [T]> {
    chunks.iter().flat_map(numbers::<A>).map(T::from).collect()
}

/// Floats, nulls as NaN.
fn floats<A: ArrowPrimitiveType>(chunks: &[ArrayRef], nan: A::Native) -> Cow<'_, [A::Native]> {
    if chunks.iter().all(|chunk| chunk.null_count() == 0) {
        return lend::<A>(chunks);
    }
    chunks.iter().flat_map(|chunk| chunk.as_primitive::<A>()).map(|value| value.unwrap_or(nan)).collect()
}

fn small_floats<'a>(chunks: &[ArrayRef]) -> Cow<'a, [f32]> {
    let values = chunks.iter().flat_map(|chunk| chunk.as_primitive::<Float16Type>());
    values.map(|value| value.map_or(f32::NAN, f32::from)).collect()
}

/// The texts of all chunks; `None` if they are of another type.
fn texts(chunks: &[ArrayRef]) -> Option<Vec<Cow<'_, str>>> {
    let mut all = Vec::with_capacity(chunks.iter().map(|chunk| chunk.len()).sum());
    for chunk in chunks {
        all.extend(chunk_texts(chunk.as_ref())?.into_iter().map(Cow::Borrowed));
    }
    Some(all)
}

/// The texts of one chunk without nulls.
fn chunk_texts(chunk: &dyn Array) -> Option<Vec<&str>> {
    Some(match chunk.data_type() {
        DataType::Utf8 => chunk.as_string::<i32>().iter().flatten().collect(),
        DataType::LargeUtf8 => chunk.as_string::<i64>().iter().flatten().collect(),
        DataType::Utf8View => chunk.as_string_view().iter().flatten().collect(),
        DataType::Dictionary(_, _) => {
            let dictionary = chunk.as_any_dictionary();
            let words = dictionary_words(dictionary.values().as_ref())?;
            // Without values there are no rows, and `normalized_keys` would panic.
            if words.is_empty() {
                return Some(Vec::new());
            }
            dictionary.normalized_keys().into_iter().map(|key| words[key]).collect()
        }
        _ => return None,
    })
}

/// A dictionary's words by their number; an unused null among them reads as an empty text.
fn dictionary_words(values: &dyn Array) -> Option<Vec<&str>> {
    Some(match values.data_type() {
        DataType::Utf8 => values.as_string::<i32>().iter().map(Option::unwrap_or_default).collect(),
        DataType::LargeUtf8 => values.as_string::<i64>().iter().map(Option::unwrap_or_default).collect(),
        DataType::Utf8View => values.as_string_view().iter().map(Option::unwrap_or_default).collect(),
        _ => return None,
    })
}

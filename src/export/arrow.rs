//! Tables as Arrow record batches: for the Arrow C stream of the Python side, and for files.
//!
//! Numbers are not copied: the batch's buffers keep the column alive. Texts are written out (Utf8) and
//! truth values packed into bits, as Arrow wants them.

use std::sync::Arc;

use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int64Type};
use arrow_array::{ArrayRef, BooleanArray, PrimitiveArray, RecordBatch, RecordBatchOptions, StringArray};
use arrow_buffer::{Buffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Schema};
use bytes::Bytes;

use crate::ecs::tables::{Column, Table};

/// The table as one record batch; no column has nulls.
///
/// ```
/// # use multi_universe_core::ecs::tables::{Column, Table};
/// # use multi_universe_core::export::arrow::record_batch;
/// let table = Table::new(vec![("id", Column::Int(vec![10, 11])), ("hp", Column::Float(vec![1.5, 0.0]))]);
/// let batch = record_batch(&table);
/// assert_eq!((batch.num_rows(), batch.num_columns()), (2, 2));
/// ```
pub fn record_batch(table: &Table) -> RecordBatch {
    let arrays: Vec<ArrayRef> = table.columns().iter().map(array).collect();
    let rows = RecordBatchOptions::new().with_row_count(Some(table.len()));
    RecordBatch::try_new_with_options(Arc::new(schema(table)), arrays, &rows)
        .expect("a table's columns are of equal length, and the schema is made of their types")
}

/// The schema of the table's record batch.
fn schema(table: &Table) -> Schema {
    let fields = table.names().iter().zip(table.columns());
    Schema::new(
        fields.map(|(name, column)| Field::new(name.as_ref(), data_type(column), false)).collect::<Vec<_>>(),
    )
}

fn data_type(column: &Column) -> DataType {
    match column {
        Column::Float(_) => DataType::Float64,
        Column::Int(_) => DataType::Int64,
        Column::Flag(_) => DataType::Boolean,
        Column::Text { .. } => DataType::Utf8,
    }
}

fn array(column: &Arc<Column>) -> ArrayRef {
    match column.as_ref() {
        Column::Float(_) => numbers::<Float64Type>(column),
        Column::Int(_) => numbers::<Int64Type>(column),
        Column::Flag(values) => Arc::new(BooleanArray::from(values.clone())),
        Column::Text { codes, values } => {
            let texts = codes.iter().map(|&code| values[code as usize].as_ref());
            Arc::new(StringArray::from_iter_values(texts))
        }
    }
}

/// The column's numbers where they are.
fn numbers<T: ArrowPrimitiveType>(column: &Arc<Column>) -> ArrayRef {
    let bytes = Buffer::from(Bytes::from_owner(ColumnBytes(Arc::clone(column))));
    Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::from(bytes), None))
}

/// The memory of a column of numbers, which it keeps alive.
struct ColumnBytes(Arc<Column>);

impl AsRef<[u8]> for ColumnBytes {
    fn as_ref(&self) -> &[u8] {
        match self.0.as_ref() {
            Column::Float(values) => bytemuck::cast_slice(values),
            Column::Int(values) => bytemuck::cast_slice(values),
            Column::Flag(_) | Column::Text { .. } => &[],
        }
    }
}

//! `muc schema`: the JSON Schema of scenario files.

use super::console::Console;
use crate::error::Result;

/// Prints the schema.
pub(super) fn schema(console: &mut Console) -> Result<()> {
    console.print(format_args!("{:#}\n", crate::scenario::schema()))
}

//! A table as HTML, for notebooks.

use std::fmt::Write;

use crate::ecs::tables::{Cell, Table};
use crate::export::html::escaped;

/// The first rows as an HTML table, with the table's size below.
pub(crate) fn render(table: &Table, max_rows: usize) -> String {
    let mut html = String::from("<table><thead><tr>");
    for name in table.names() {
        cell(&mut html, "th", name);
    }
    html.push_str("</tr></thead><tbody>");
    for row in 0..table.len().min(max_rows) {
        html.push_str("<tr>");
        for (_, value) in table.row(row) {
            match value {
                Cell::Float(value) => number(&mut html, value.to_string()),
                Cell::Int(value) => number(&mut html, value.to_string()),
                Cell::Flag(value) => cell(&mut html, "td", &value.to_string()),
                Cell::Text(value) => cell(&mut html, "td", value),
            }
        }
        html.push_str("</tr>");
    }
    // Writing to a String cannot fail.
    let _ = write!(html, "</tbody></table><p>{} rows × {} columns</p>", table.len(), table.names().len());
    html
}

fn number(html: &mut String, text: String) {
    let _ = write!(html, "<td style=\"text-align:right\">{text}</td>");
}

fn cell(html: &mut String, tag: &str, text: &str) {
    let _ = write!(html, "<{tag}>{}</{tag}>", escaped(text));
}

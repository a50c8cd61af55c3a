//! Pages: a battle, its odds or a turn as one HTML file that needs nothing else, network included.
//!
//! Whatever the page shows is data in it, as JSON; the scripts beside this file draw it. Names are text throughout: in the
//! JSON no `<` stands as it is, so none of them can end the element, and the scripts make text nodes of them. The curves
//! are drawn by uPlot (MIT licence, `assets/uplot.LICENSE`).

mod battle;
mod film;
mod odds;
mod summary;
mod turn;

use serde_json::{Value, json};

pub use battle::battle;
pub use odds::{headline as odds_headline, odds};
pub use turn::turn;

use crate::ecs::tables::{Column, Table};
use crate::rules::{RuleInfo, Rules};

const PAGE: &str = include_str!("assets/page.html");
const CSS: &str = include_str!("assets/page.css");
const UPLOT_CSS: &str = include_str!("assets/uplot.min.css");
const UPLOT_JS: &str = include_str!("assets/uplot.min.js");
const UPLOT_LICENCE: &str = include_str!("assets/uplot.LICENSE");
const COMMON_JS: &str = include_str!("assets/common.js");
const BATTLE_JS: &str = include_str!("assets/battle.js");
const ODDS_JS: &str = include_str!("assets/odds.js");
const TURN_JS: &str = include_str!("assets/turn.js");

/// A page with this title, whose script draws the data.
fn page(title: &str, script: &str, data: &Value) -> String {
    let licence = format!("/*\n{UPLOT_LICENCE}*/\n{UPLOT_JS}");
    let data = data.to_string().replace('<', "\\u003c");
    // In the order in which they stand; each part is looked for behind the one before, so that no name can be taken for one.
    let parts: [(&str, &str); 7] = [
        ("@TITLE@", &escaped(title)),
        ("@UPLOT_CSS@", UPLOT_CSS),
        ("@CSS@", CSS),
        ("@DATA@", &data),
        ("@UPLOT_JS@", &licence),
        ("@COMMON_JS@", COMMON_JS),
        ("@KIND_JS@", script),
    ];
    let mut rest = PAGE;
    let mut html = String::with_capacity(data.len() + 128 * 1024);
    for (name, text) in parts {
        let (before, after) = rest.split_once(name).unwrap_or((rest, ""));
        html.push_str(before);
        html.push_str(text);
        rest = after;
    }
    html + rest
}

/// A text in which nothing is markup.
///
/// ```
/// # use multi_universe_core::export::html::escaped;
/// assert_eq!(escaped("<a href='x'>&"), "&lt;a href=&#39;x&#39;&gt;&amp;");
/// ```
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// A table as a list of names with their columns, in order. What is no number is null.
fn columns(table: &Table) -> Value {
    let named = table.names().iter().zip(table.columns());
    named.map(|(name, column)| json!([name, values(column)])).collect()
}

/// A column as a list.
fn values(column: &Column) -> Value {
    match column {
        Column::Float(values) => values.iter().map(|&value| short(value)).collect(),
        Column::Int(values) => json!(values),
        Column::Flag(values) => json!(values),
        Column::Text { codes, values } => codes.iter().map(|&code| json!(*values[code as usize])).collect(),
    }
}

/// A number with as many decimals as a page shows.
fn short(value: f64) -> Value {
    if value.abs() >= 1e12 { json!(value) } else { json!((value * 1e4).round() / 1e4) }
}

/// The rules that differ from the book: name and value.
fn changed_rules(rules: &Rules) -> Value {
    let shown = |(name, value): (&'static str, f64)| {
        json!([name, RuleInfo::named(name).map_or(value.to_string(), |rule| rule.setting(value).to_string())])
    };
    rules.changed().map(shown).collect()
}

//! A battle's time as a trace in Chrome's format, which Perfetto opens: a bar for each round, and below it its systems.

use serde_json::{Value, json};

use crate::ecs::profile::Span;

/// The trace's text. Times are in microseconds, from the first system on; a round begins where the first system runs again.
///
/// ```
/// # use multi_universe_core::{ecs::profile::Span, export::trace::chrome};
/// let spans = [Span { name: "a", start_ns: 500, ns: 1_500 }, Span { name: "b", start_ns: 2_000, ns: 250 }];
/// let trace: serde_json::Value = serde_json::from_str(&chrome(&spans))?;
/// let names: Vec<&str> = trace["traceEvents"].as_array().into_iter().flatten().filter_map(|e| e["name"].as_str()).collect();
/// assert_eq!(names, ["thread_name", "round 1", "a", "b"]);
/// assert_eq!((&trace["traceEvents"][1]["dur"], &trace["traceEvents"][3]["ts"]), (&1.75.into(), &1.5.into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn chrome(spans: &[Span]) -> String {
    let origin = spans.first().map_or(0, |span| span.start_ns);
    let micros = |ns: u64| ns as f64 / 1e3;
    let bar = |name: &str, kind: &str, start: u64, ns: u64, round: usize| {
        json!({ "name": name, "cat": kind, "ph": "X", "pid": 1, "tid": 1, "ts": micros(start - origin), "dur": micros(ns),
            "args": { "round": round } })
    };
    let mut events: Vec<Value> =
        vec![json!({ "name": "thread_name", "ph": "M", "pid": 1, "tid": 1, "args": { "name": "battle" } })];
    let first = spans.first().map(|span| span.name);
    let mut round = 0;
    let mut rest = spans;
    while let Some((head, tail)) = rest.split_first() {
        let length = 1 + tail.iter().position(|span| Some(span.name) == first).unwrap_or(tail.len());
        let (of_round, after) = rest.split_at(length);
        round += 1;
        let end = of_round.last().map_or(head.start_ns, |span| span.start_ns + span.ns);
        events.push(bar(&format!("round {round}"), "round", head.start_ns, end - head.start_ns, round));
        events.extend(of_round.iter().map(|span| bar(span.name, "system", span.start_ns, span.ns, round)));
        rest = after;
    }
    json!({ "traceEvents": events, "displayTimeUnit": "ns" }).to_string()
}

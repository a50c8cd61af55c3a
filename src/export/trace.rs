//! Time as a trace in Chrome's format, which Perfetto opens: below each battle its rounds, below each round its systems.
//!
//! A thread of the kernel is a track. Odds fight several replicas side by side on a thread: its track has a bar for each step
//! of all of them, and each of its slots has a track of its own with a bar for each replica. A trace is cut off after
//! [`MOST_SPANS`](crate::ecs::profile::MOST_SPANS) runs of systems a thread; it says how many it leaves out.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::ecs::profile::Span;
use crate::ecs::tables::Table;
use crate::kernel::Turn;
use crate::odds::{Course, Odds};
use crate::report::Report;

/// Slots of a thread that have a track of their own.
const TRACKS_PER_THREAD: u64 = 1000;

/// A battle's trace, if it was kept.
pub fn battle(report: &Report) -> String {
    of_battles(&[(None, &report.spans)], &report.profile, &report.trace_id)
}

/// A turn's trace, if it was kept: of each place when its battle was fought, and on which thread.
pub fn turn(turn: &Turn) -> String {
    let reports = turn.places.iter().filter_map(|(place, report)| Some((place, report.as_ref().ok()?)));
    let battles: Vec<(Option<String>, &[Span])> =
        reports.map(|(place, report)| (Some(format!("place {place}")), report.spans.as_slice())).collect();
    let mark = turn.places.iter().find_map(|(_, report)| Some(report.as_ref().ok()?.trace_id.clone()));
    of_battles(&battles, &turn.profile(), &mark.unwrap_or_default())
}

/// The trace of odds, if it was kept: of each replica when it was fought, and on which thread.
pub fn odds(odds: &Odds) -> String {
    let mut trace = Trace::default();
    let Some(course) = &odds.course else { return trace.finish(&odds.profile, &odds.trace_id) };
    let Course { spans, lives } = &**course;
    trace.origin = spans
        .iter()
        .map(|span| span.start_ns)
        .chain(lives.iter().map(|life| life.start_ns))
        .min()
        .unwrap_or(0);
    for of_thread in spans.chunk_by(|one, next| one.thread == next.thread) {
        trace.steps("step", of_thread);
    }
    for life in lives {
        let track = u64::from(life.thread) * TRACKS_PER_THREAD + u64::from(life.slot);
        trace.tracks.entry(track).or_insert_with(|| format!("thread {}, slot {}", life.thread, life.slot));
        let rounds = ("rounds", u64::from(life.rounds));
        trace.bar(&format!("replica {}", life.replica), "replica", track, (life.start_ns, life.ns), rounds);
    }
    trace.finish(&odds.profile, &odds.trace_id)
}

/// The trace of battles, each of which ran on one thread; a bar over those that have a name.
///
/// ```
/// # use multi_universe_core::{ecs::{profile::Span, tables::Table}, export::trace::of_battles};
/// let span = |name, start_ns, ns| Span { name, start_ns, ns, thread: 1, step: 1 };
/// let spans = [span("a", 500, 1_500), span("b", 2_000, 250)];
/// let trace = of_battles(&[(Some("place 7".to_owned()), &spans)], &Table::default(), "");
/// let trace: serde_json::Value = serde_json::from_str(&trace)?;
/// let names: Vec<&str> = trace["traceEvents"].as_array().into_iter().flatten().filter_map(|e| e["name"].as_str()).collect();
/// assert_eq!(names, ["place 7", "round 1", "a", "b", "thread_name"]);
/// assert_eq!((&trace["traceEvents"][1]["dur"], &trace["traceEvents"][3]["ts"]), (&1.75.into(), &1.5.into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn of_battles(battles: &[(Option<String>, &[Span])], profile: &Table, trace_id: &str) -> String {
    let starts = battles.iter().filter_map(|(_, spans)| spans.first()).map(|span| span.start_ns);
    let mut trace = Trace { origin: starts.min().unwrap_or(0), ..Trace::default() };
    for (name, spans) in battles {
        if let (Some(name), Some(first)) = (name, spans.first()) {
            let rounds = ("systems", spans.len() as u64);
            trace.bar(name, "battle", thread(first), whole(spans), rounds);
        }
        trace.steps("round", spans);
    }
    trace.finish(profile, trace_id)
}

/// The track of a thread.
fn thread(span: &Span) -> u64 {
    u64::from(span.thread) * TRACKS_PER_THREAD
}

/// When some runs, one after another, began, and how long they took.
fn whole(spans: &[Span]) -> (u64, u64) {
    match (spans.first(), spans.last()) {
        (Some(first), Some(last)) => (first.start_ns, last.start_ns + last.ns - first.start_ns),
        _ => (0, 0),
    }
}

/// A trace that is being written. Times go in as nanoseconds, and come out as microseconds from the origin.
#[derive(Default)]
struct Trace {
    origin: u64,
    bars: String,
    systems: usize,
    /// The tracks' names.
    tracks: BTreeMap<u64, String>,
}

impl Trace {
    fn bar(
        &mut self,
        name: &str,
        kind: &str,
        track: u64,
        (start, ns): (u64, u64),
        (key, value): (&str, u64),
    ) {
        let (ts, dur) = ((start - self.origin) as f64 / 1e3, ns as f64 / 1e3);
        let name = Value::from(name);
        // What is written to a string is never refused.
        let _ = write!(
            self.bars,
            r#"{{"name":{name},"cat":"{kind}","ph":"X","pid":1,"tid":{track},"ts":{ts},"dur":{dur},"args":{{"{key}":{value}}}}},"#
        );
    }

    /// The systems of one thread, one run after another, and the steps that they are of.
    fn steps(&mut self, word: &str, spans: &[Span]) {
        let Some(first) = spans.first() else { return };
        self.tracks.entry(thread(first)).or_insert_with(|| format!("thread {}", first.thread));
        self.systems += spans.len();
        for (number, step) in (1..).zip(spans.chunk_by(|a, b| a.step == b.step)) {
            self.bar(&format!("{word} {number}"), word, thread(first), whole(step), (word, number));
            for span in step {
                self.bar(span.name, "system", thread(first), (span.start_ns, span.ns), (word, number));
            }
        }
    }

    /// The text, which carries the caller's mark; the profile says how many runs there were.
    fn finish(mut self, profile: &Table, trace_id: &str) -> String {
        for (track, name) in std::mem::take(&mut self.tracks) {
            let named =
                json!({ "name": "thread_name", "ph": "M", "pid": 1, "tid": track, "args": { "name": name } });
            let _ = write!(self.bars, "{named},");
        }
        let calls = profile.column("calls").map_or(0, |_| profile.ints("calls").iter().sum::<i64>());
        let left_out = (calls as u64).saturating_sub(self.systems as u64);
        let mark = Some(trace_id).filter(|mark| !mark.is_empty());
        let other = json!({ "systems_left_out": left_out, "trace_id": mark });
        let bars = self.bars.trim_end_matches(',');
        format!(r#"{{"traceEvents":[{bars}],"displayTimeUnit":"ns","otherData":{other}}}"#)
    }
}

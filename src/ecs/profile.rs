//! The profile: how often each system ran and how long it took. The only place that knows a clock.
//!
//! Systems are timed by wrapping them, not by editing them; the clock lies outside the world, so it cannot
//! leak into a result. One reading per system: the end of one is the beginning of the next.

use std::any::type_name;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bevy_ecs::prelude::*;
use bevy_ecs::system::{Adapt, IntoAdapterSystem, RunSystemError, SystemIn, SystemInput};

use super::tables::{Cell, Column, Table};

/// The times of one world's systems, in order of registration.
#[derive(Clone, Debug)]
pub struct Profile(Arc<Mutex<Times>>);

#[derive(Debug)]
struct Times {
    born: Instant,
    last: Instant,
    systems: Vec<Line>,
    /// Every single run, if they are kept.
    spans: Option<Vec<Span>>,
}

/// One run of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The system.
    pub name: &'static str,
    /// When it began, in nanoseconds since its world was made.
    pub start_ns: u64,
    /// How long it took.
    pub ns: u64,
}

#[derive(Clone, Debug)]
struct Line {
    name: &'static str,
    calls: u64,
    total_ns: u64,
}

/// Times each run of the system it wraps.
pub struct Timed {
    profile: Profile,
    line: usize,
}

impl Default for Profile {
    fn default() -> Self {
        let now = Instant::now();
        Self(Arc::new(Mutex::new(Times { born: now, last: now, systems: Vec::new(), spans: None })))
    }
}

impl Profile {
    /// Wraps `system` so that every run of it is timed under its own name. A system that runs in two phases has
    /// one line.
    pub fn timed<S>(&self, system: S) -> IntoAdapterSystem<Timed, S> {
        let name = short_name(type_name::<S>());
        let mut times = self.lock();
        let known = times.systems.iter().position(|line| line.name == name);
        let line = known.unwrap_or_else(|| {
            times.systems.push(Line { name, calls: 0, total_ns: 0 });
            times.systems.len() - 1
        });
        drop(times);
        IntoAdapterSystem::new(Timed { profile: self.clone(), line }, system)
    }

    /// Starts the clock: what went before belongs to no system.
    pub fn start(&self) {
        self.lock().last = Instant::now();
    }

    /// Forgets all times.
    pub fn clear(&self) {
        let mut times = self.lock();
        times.systems.iter_mut().for_each(|line| (line.calls, line.total_ns) = (0, 0));
        times.spans.iter_mut().for_each(Vec::clear);
    }

    /// Keeps every single run from here on, or none.
    pub fn keep_spans(&self, keep: bool) {
        self.lock().spans = keep.then(Vec::new);
    }

    /// Every single run since the last [`Self::clear`], if they are kept; none are left.
    pub fn take_spans(&self) -> Vec<Span> {
        self.lock().spans.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The profile as a table: name, calls, total_ns, mean_ns, share.
    pub fn table(&self) -> Table {
        let systems = &self.lock().systems;
        table(&systems.iter().map(|line| (line.name, line.calls, line.total_ns)).collect::<Vec<_>>())
    }

    /// A panic while the lock was held cannot have left a time half written.
    fn lock(&self) -> MutexGuard<'_, Times> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Several profiles, as [`Profile::table`] makes them, added up by name, in the order in which names first occur.
pub fn sum(profiles: &[&Table]) -> Table {
    let mut lines: Vec<(String, u64, u64)> = Vec::new();
    for profile in profiles {
        let Some(names) = profile.column("name") else { continue };
        for (row, (&calls, &total)) in profile.ints("calls").iter().zip(profile.ints("total_ns")).enumerate()
        {
            let Cell::Text(name) = names.cell(row) else { continue };
            let known = lines.iter().position(|(known, ..)| known == name).unwrap_or_else(|| {
                lines.push((name.to_owned(), 0, 0));
                lines.len() - 1
            });
            lines[known].1 += calls as u64;
            lines[known].2 += total as u64;
        }
    }
    table(&lines)
}

/// Names, calls and nanoseconds as a table.
fn table<N: AsRef<str>>(lines: &[(N, u64, u64)]) -> Table {
    let all = lines.iter().map(|line| line.2).sum::<u64>().max(1) as f64;
    let names: Vec<&str> = lines.iter().map(|line| line.0.as_ref()).collect();
    let mean = |line: &(N, u64, u64)| line.2 as f64 / line.1.max(1) as f64;
    Table::new(vec![
        ("name", Column::words((0..lines.len() as u32).collect(), &names)),
        ("calls", Column::Int(lines.iter().map(|line| line.1 as i64).collect())),
        ("total_ns", Column::Int(lines.iter().map(|line| line.2 as i64).collect())),
        ("mean_ns", Column::Float(lines.iter().map(mean).collect())),
        ("share", Column::Float(lines.iter().map(|line| line.2 as f64 / all).collect())),
    ])
}

impl<S: System> Adapt<S> for Timed {
    type In = S::In;
    type Out = S::Out;

    fn adapt(
        &mut self,
        input: <Self::In as SystemInput>::Inner<'_>,
        run_system: impl FnOnce(SystemIn<'_, S>) -> Result<S::Out, RunSystemError>,
    ) -> Result<Self::Out, RunSystemError> {
        let out = run_system(input);
        let now = Instant::now();
        let mut times = self.profile.lock();
        let start = std::mem::replace(&mut times.last, now);
        let ns = now.duration_since(start).as_nanos() as u64;
        let line = &mut times.systems[self.line];
        line.calls += 1;
        line.total_ns += ns;
        let name = line.name;
        if times.spans.is_some() {
            let start_ns = start.duration_since(times.born).as_nanos() as u64;
            times.spans.iter_mut().for_each(|spans| spans.push(Span { name, start_ns, ns }));
        }
        out
    }
}

/// `shooting::fire` of `multi_universe_core::systems::shooting::fire`.
fn short_name(name: &'static str) -> &'static str {
    match name.rmatch_indices("::").nth(1) {
        Some((at, _)) => &name[at + 2..],
        None => name,
    }
}

//! The profile: how often each system ran and how long it took. The only place that knows a clock.
//!
//! Systems are timed by wrapping them, not by editing them; the clock lies outside the world, so it cannot
//! leak into a result. One reading per system: the end of one is the beginning of the next.

use std::any::type_name;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bevy_ecs::prelude::*;
use bevy_ecs::system::{Adapt, IntoAdapterSystem, RunSystemError, SystemIn, SystemInput};

use super::tables::{Cell, Column, Table};

/// The most single runs of systems that a trace keeps.
pub const MOST_SPANS: usize = 1 << 18;

/// When this process first asked for the time: the origin of all spans, so that those of several worlds can be put side by
/// side.
static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The times of one world's systems, in order of registration.
#[derive(Clone, Debug)]
pub struct Profile(Arc<Times>);

/// A world runs its systems one after another, so nobody else writes while one of them is being timed: what is read and
/// written back needs no lock.
#[derive(Debug, Default)]
struct Times {
    /// Whether nothing is timed.
    stopped: bool,
    /// The last reading of the clock, in nanoseconds since the origin.
    last: AtomicU64,
    /// How often the clock was started.
    starts: AtomicU32,
    systems: Mutex<Vec<Arc<Line>>>,
    /// Whether single runs are kept.
    keeps: AtomicBool,
    kept: Mutex<Kept>,
}

/// Single runs, and how many there may be.
#[derive(Debug, Default)]
struct Kept {
    spans: Vec<Span>,
    most: usize,
    thread: u32,
}

/// One run of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The system.
    pub name: &'static str,
    /// When it began, in nanoseconds since this process first asked for the time.
    pub start_ns: u64,
    /// How long it took.
    pub ns: u64,
    /// The thread it ran on, from 1.
    pub thread: u32,
    /// Which start of the clock it follows: runs of one round have the same.
    pub step: u32,
}

#[derive(Debug)]
struct Line {
    name: &'static str,
    calls: AtomicU64,
    total_ns: AtomicU64,
}

/// Times each run of the system it wraps.
pub struct Timed {
    profile: Profile,
    line: Arc<Line>,
}

impl Default for Profile {
    fn default() -> Self {
        let profile = Self(Arc::default());
        profile.start();
        profile
    }
}

impl Profile {
    /// One whose systems run untimed: it stays empty.
    pub fn stopped() -> Self {
        Self(Arc::new(Times { stopped: true, ..Times::default() }))
    }

    /// Wraps `system` so that every run of it is timed under its own name. A system that runs in two phases has
    /// one line.
    pub fn timed<S>(&self, system: S) -> IntoAdapterSystem<Timed, S> {
        let name = short_name(type_name::<S>());
        let mut systems = lock(&self.0.systems);
        let known = systems.iter().find(|line| line.name == name).cloned();
        let line = known.unwrap_or_else(|| {
            let line = Arc::new(Line { name, calls: AtomicU64::new(0), total_ns: AtomicU64::new(0) });
            systems.push(line.clone());
            line
        });
        drop(systems);
        IntoAdapterSystem::new(Timed { profile: self.clone(), line }, system)
    }

    /// Starts the clock: what went before belongs to no system.
    pub fn start(&self) {
        self.0.last.store(now_ns(), Ordering::Relaxed);
        self.0.starts.store(self.0.starts.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    /// The last reading of the clock, in nanoseconds since this process first asked for the time.
    pub fn last_ns(&self) -> u64 {
        self.0.last.load(Ordering::Relaxed)
    }

    /// Forgets all times.
    pub fn clear(&self) {
        for line in lock(&self.0.systems).iter() {
            line.calls.store(0, Ordering::Relaxed);
            line.total_ns.store(0, Ordering::Relaxed);
        }
        lock(&self.0.kept).spans.clear();
    }

    /// Keeps the first so many single runs from here on, as runs on this thread, from 1.
    pub fn keep_spans(&self, most: usize, thread: u32) {
        *lock(&self.0.kept) = Kept { spans: Vec::new(), most, thread };
        self.0.keeps.store(most > 0, Ordering::Relaxed);
    }

    /// The single runs since the last [`Self::clear`] that were kept; none are left.
    pub fn take_spans(&self) -> Vec<Span> {
        std::mem::take(&mut lock(&self.0.kept).spans)
    }

    /// The profile as a table: name, calls, total_ns, mean_ns, share.
    pub fn table(&self) -> Table {
        let systems = lock(&self.0.systems);
        let load = |value: &AtomicU64| value.load(Ordering::Relaxed);
        of_lines(
            &systems
                .iter()
                .map(|line| (line.name, load(&line.calls), load(&line.total_ns)))
                .collect::<Vec<_>>(),
        )
    }
}

/// A panic while a lock was held cannot have left a time half written.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now_ns() -> u64 {
    // The origin first: it is the earliest of all readings.
    let origin = *ORIGIN;
    origin.elapsed().as_nanos() as u64
}

/// Several profiles, as [`Profile::table`] makes them, added up by name, in the order in which names first occur.
pub fn sum(profiles: &[&Table]) -> Table {
    let mut sums: Vec<(String, u64, u64)> = Vec::new();
    for (name, calls, total) in profiles.iter().flat_map(|profile| lines(profile)) {
        match sums.iter_mut().find(|known| known.0 == name) {
            Some(known) => (known.1, known.2) = (known.1 + calls, known.2 + total),
            None => sums.push((name, calls, total)),
        }
    }
    of_lines(&sums)
}

/// What a profile holds, by system: name, calls, nanoseconds.
pub fn lines(profile: &Table) -> Vec<(String, u64, u64)> {
    let Some(names) = profile.column("name") else { return Vec::new() };
    let numbers = profile.ints("calls").iter().zip(profile.ints("total_ns")).enumerate();
    let line = |(row, (&calls, &total)): (usize, (&i64, &i64))| match names.cell(row) {
        Cell::Text(name) => Some((name.to_owned(), calls as u64, total as u64)),
        _ => None,
    };
    numbers.filter_map(line).collect()
}

/// The profile with these lines: name, calls, nanoseconds.
pub fn of_lines<N: AsRef<str>>(lines: &[(N, u64, u64)]) -> Table {
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
        if self.profile.0.stopped {
            return out;
        }
        let (times, now) = (&self.profile.0, now_ns());
        let start_ns = times.last.load(Ordering::Relaxed);
        times.last.store(now, Ordering::Relaxed);
        let ns = now.saturating_sub(start_ns);
        let Line { name, calls, total_ns } = &*self.line;
        calls.store(calls.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        total_ns.store(total_ns.load(Ordering::Relaxed) + ns, Ordering::Relaxed);
        if times.keeps.load(Ordering::Relaxed) {
            let mut kept = lock(&times.kept);
            if kept.spans.len() < kept.most {
                let (thread, step) = (kept.thread, times.starts.load(Ordering::Relaxed));
                kept.spans.push(Span { name, start_ns, ns, thread, step });
            }
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

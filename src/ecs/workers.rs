//! Threads for the inside of a system: a pool of our own, cut by the data, never by the number of threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use bevy_ecs::prelude::*;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::{Error, Fault, Result};

/// Rows that one thread takes at a time, and the fewest that are worth a second thread.
const BLOCK: usize = 1024;

/// The most threads that a kernel may be given.
pub const MOST_THREADS: usize = 1024;

/// Who does the work inside a system: the calling thread, or a pool.
#[derive(Resource, Clone, Debug, Default)]
pub struct Workers {
    pool: Option<Arc<ThreadPool>>,
    process: u32,
}

/// The environment variable that says how many threads a run of odds or a turn uses if the call does not.
pub const THREADS_VARIABLE: &str = "MUC_THREADS";

/// How many threads a run of odds or a turn uses if the call does not say: [`THREADS_VARIABLE`], else all there are.
///
/// # Errors
/// [`Error::Odds`] if the variable holds anything but a whole number from 1 on.
pub fn usual_threads() -> Result<usize> {
    match std::env::var(THREADS_VARIABLE) {
        Ok(text) => match text.trim().parse() {
            Ok(threads) if threads > 0 => Ok(threads),
            _ => Err(Error::Odds(
                Fault::column(THREADS_VARIABLE, "", format!("'{text}'"), "a whole number from 1").into(),
            )),
        },
        Err(_) => Ok(std::thread::available_parallelism().map_or(1, usize::from)),
    }
}

impl Workers {
    /// As many threads as asked for; one thread, or no thread to be had, is the calling one.
    pub fn new(threads: usize) -> Self {
        let pool = (threads > 1)
            .then(|| {
                ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("muc-{i}")).build().ok()
            })
            .flatten();
        Self { pool: pool.map(Arc::new), process: std::process::id() }
    }

    /// Whether these threads live in this process: a forked child has none of its parent's.
    pub fn are_ours(&self) -> bool {
        self.process == std::process::id()
    }

    /// Threads for work that belongs to no kernel: as many as the machine has, the same ones for all such work of
    /// this process.
    pub fn shared() -> Self {
        static SHARED: Mutex<Option<Workers>> = Mutex::new(None);
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        match shared.as_ref().filter(|workers| workers.are_ours()) {
            Some(workers) => workers.clone(),
            None => {
                let workers = Self::new(std::thread::available_parallelism().map_or(1, usize::from));
                // The threads of a pool that came along in a fork do not exist: waiting for them would never end.
                std::mem::forget(shared.replace(workers.clone()));
                workers
            }
        }
    }

    /// Does `work` on each of the parts, which are of about equal size.
    pub fn each<T: Send>(&self, parts: Vec<T>, work: impl Fn(T) + Sync) {
        match &self.pool {
            Some(pool) if parts.len() > 1 => pool.install(|| parts.into_par_iter().for_each(&work)),
            _ => parts.into_iter().for_each(work),
        }
    }

    /// Lets `work` fill `out` block by block: it gets the index of the block's first element and the block.
    pub fn fill<T: Send>(&self, out: &mut [T], work: impl Fn(usize, &mut [T]) + Sync) {
        match &self.pool {
            Some(pool) if out.len() >= 2 * BLOCK => pool.install(|| {
                let blocks = out.par_chunks_mut(BLOCK).enumerate();
                blocks.for_each(|(block, rows)| work(block * BLOCK, rows));
            }),
            _ => work(0, out),
        }
    }
}

/// How often a thread that waits for the others asks its caller.
const PATIENCE: Duration = Duration::from_millis(5);

/// Does `work` once with each of `items`, the first one on the calling thread, the others each on a thread of its own;
/// the results are in the order of the items. The calling thread's work is given `ask`, to call it now and then; while it
/// waits for the others, `ask` is called as well. A panic goes on in the calling thread, as soon as the others have heard
/// of it by `halt`, which lets them end early.
pub fn side_by_side<T: Send, R: Send>(
    items: &mut [T],
    work: impl Fn(&mut T, &dyn Fn()) -> R + Sync,
    ask: &dyn Fn(),
    halt: &(dyn Fn() + Sync),
) -> Vec<R> {
    let Some((own, others)) = items.split_first_mut() else { return Vec::new() };
    let (work, finished) = (&work, &Finished::default());
    std::thread::scope(|scope| {
        let task = |item| {
            scope.spawn(move || {
                let _told_at_the_end = (Tell(finished), Halt(halt));
                work(item, &|| ())
            })
        };
        let threads: Vec<_> = others.iter_mut().map(task).collect();
        let _told_of_a_panic = Halt(halt);
        let mut results = vec![work(own, ask)];
        finished.wait(threads.len(), ask);
        for thread in threads {
            results.push(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        results
    })
}

/// Does the jobs in `order`, each taken by whoever of `hands` has time first, each hand on a thread of its own; the results
/// are in the order of the jobs' numbers. `work` is given a question to ask now and then, whether to stop, which on the calling
/// thread is the caller's own `interrupt`. Nothing if the caller stopped it.
pub fn share_out<T: Send, R: Send>(
    hands: &mut [T],
    order: &[usize],
    work: impl Fn(&mut T, usize, &dyn Fn() -> bool) -> R + Sync,
    interrupt: &dyn Fn() -> bool,
) -> Option<Vec<R>> {
    let (next, halt) = (AtomicUsize::new(0), AtomicBool::new(false));
    let hand = |hand: &mut T, ask: &dyn Fn()| {
        let stopped = || {
            ask();
            halt.load(Ordering::Relaxed)
        };
        let mut done = Vec::new();
        while let Some(&job) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push((job, work(hand, job, &stopped)));
            if stopped() {
                break;
            }
        }
        done
    };
    let ask = || {
        halt.fetch_or(interrupt(), Ordering::Relaxed);
    };
    let done = side_by_side(hands, hand, &ask, &|| halt.store(true, Ordering::Relaxed));
    if halt.load(Ordering::Relaxed) {
        return None;
    }
    let mut done: Vec<(usize, R)> = done.into_iter().flatten().collect();
    done.sort_by_key(|(job, _)| *job);
    Some(done.into_iter().map(|(_, result)| result).collect())
}

/// Tells the other threads of a panic.
struct Halt<'a>(&'a (dyn Fn() + Sync));

impl Drop for Halt<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.0)();
        }
    }
}

/// How many threads have nothing left to do.
#[derive(Default)]
struct Finished {
    count: Mutex<usize>,
    changed: Condvar,
}

impl Finished {
    /// Waits for so many, asking now and then.
    fn wait(&self, threads: usize, ask: &dyn Fn()) {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        while *count < threads {
            let waited = self.changed.wait_timeout(count, PATIENCE).unwrap_or_else(PoisonError::into_inner);
            count = waited.0;
            ask();
        }
    }
}

/// Tells that a thread has nothing left to do, also if it panics.
struct Tell<'a>(&'a Finished);

impl Drop for Tell<'_> {
    fn drop(&mut self) {
        *self.0.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.changed.notify_all();
    }
}

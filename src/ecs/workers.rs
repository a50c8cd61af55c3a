//! Threads for the inside of a system: a pool of our own, cut by the data, never by the number of threads.

use std::sync::{Arc, Mutex, PoisonError};

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

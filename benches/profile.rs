//! What the always-on profile costs: the same battle with and without a clock, in pairs that take turns to be first.
//!
//! `cargo bench --bench profile`

use std::time::Instant;

#[path = "kernel/armies.rs"]
#[expect(dead_code, reason = "what the other benches use")]
mod armies;

use armies::Armies;

/// The round limit, that of `benches/peers/records.py`, whose battle this is.
const ROUNDS: u32 = 25;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Prints what the clock adds to a battle of so many ships, by so many pairs.
fn measure(ships: i64, pairs: u64) {
    let armies = Armies::of(ships);
    let mut kernels = [armies.kernel().without_clock(), armies.kernel()];
    let (mut plain, mut ratios, mut runs) = (Vec::new(), Vec::new(), 0);
    // The first pair makes the worlds.
    for seed in 0..=pairs {
        let mut seconds = [0.0; 2];
        let mut digests = [None; 2];
        for which in if seed % 2 == 0 { [0, 1] } else { [1, 0] } {
            let engagement = armies.engagement(seed, ROUNDS);
            let start = Instant::now();
            let report = kernels[which].resolve(&engagement, &|| false).expect("a battle");
            seconds[which] = start.elapsed().as_secs_f64();
            digests[which] = Some(report.digest);
            runs = runs.max(report.profile.ints("calls").iter().sum::<i64>());
        }
        assert_eq!(digests[0], digests[1], "the clock changes nothing");
        if seed > 0 {
            plain.push(seconds[0]);
            ratios.push(seconds[1] / seconds[0]);
        }
    }
    let (plain, more) = (median(plain), median(ratios) - 1.0);
    println!(
        "{ships:6} ships: {:8.3} ms without a clock, {:+5.2} % with it ({:.0} ns for each of {runs} runs of a system)",
        plain * 1e3,
        more * 1e2,
        plain * more * 1e9 / runs as f64,
    );
}

fn main() {
    measure(200, 4000);
    measure(10_000, 40);
}

//! Units of one class, counted where they are.
#![expect(unsafe_code, reason = "units are looked at together where they are")]

use pyo3::Borrowed;
use pyo3::prelude::*;

use super::bridge::sight::Sight;
use super::bridge::value::{Plain, plain};
use super::cpython::CPython;
use super::cpython::objects::Item;
use crate::hotpaths::account::{Account, Cost, Total, USUAL_COST};

/// Whole costs below this are plain values, and 64 bits hold the sum of so many.
const MOST: i64 = 1 << 53;
const AT_A_TIME: usize = 1 << 9;
/// So many costs that are no whole numbers are added up at a time.
const BLOCK: usize = 64;
/// So many units at most are looked at one by one before the others are scanned again.
const MOST_APART: usize = 64;

/// Units that are looked at in two places: what says whether they live, and their cost.
pub(super) struct Muster<'a, 'py> {
    pub(super) sight: Sight<'a, 2>,
    pub(super) units: &'a [Item<'a, 'py>],
    pub(super) cpython: CPython,
}

impl<'py> Muster<'_, 'py> {
    /// Counts those that are of the class, up to the first that is not told about. Gives how many. `lives`: what the first place
    /// says; nothing if it does not say.
    pub(super) fn count(
        &self,
        account: &mut Account,
        lives: impl Fn(Borrowed<'_, 'py, PyAny>) -> Option<bool> + Copy,
    ) -> usize {
        let (mut counted, mut apart, mut wait) = (0, 0, 1);
        while let Some(&unit) = self.units.get(counted) {
            if apart == 0 {
                let before = counted;
                counted += self.count_whole(&self.units[counted..], account, lives);
                counted += self.count_real(&self.units[counted..], account, lives);
                if counted > before {
                    wait = 1;
                    continue;
                }
                // Where most have their attributes elsewhere, few are scanned in vain.
                (apart, wait) = (wait, (2 * wait).min(MOST_APART));
            }
            // SAFETY: nothing is done with what it holds but reading plain values.
            let held = unit.and_then(|unit| unsafe { self.sight.look(unit) });
            let Some([Some(looked_at), value]) = held else { break };
            let (Some(alive), Some(cost)) = (lives(looked_at), cost(value, self.cpython)) else { break };
            account.count(cost, alive);
            (counted, apart) = (counted + 1, apart - 1);
        }
        counted
    }

    /// Counts the first ones, those with whole costs: their sum does not depend on the order.
    #[inline(always)]
    fn count_whole(
        &self,
        units: &[Item<'_, 'py>],
        account: &mut Account,
        lives: impl Fn(Borrowed<'_, 'py, PyAny>) -> Option<bool>,
    ) -> usize {
        if !matches!(account.initial, Total::Whole(_)) {
            return 0;
        }
        let (mut all, mut of_living) = (0, 0);
        let take = |held: [Item<'_, 'py>; 2]| {
            let [Some(looked_at), Some(value)] = held else { return false };
            let (Some(alive), Some(cost)) = (lives(looked_at), self.cpython.whole(value)) else {
                return false;
            };
            let is_plain = (0..MOST).contains(&cost);
            if is_plain {
                all += cost;
                // Without a branch: who lives is as good as random.
                of_living += cost & -i64::from(alive);
            }
            is_plain
        };
        // SAFETY: nothing is done with what they hold but reading plain values.
        let counted = unsafe { self.sight.scan(units, AT_A_TIME, take) };
        account.count_whole(all.into(), of_living.into());
        counted
    }

    /// Counts the first ones, those whose costs are no whole numbers; where sums are none any more, also those with whole costs.
    #[inline(always)]
    fn count_real(
        &self,
        units: &[Item<'_, 'py>],
        account: &mut Account,
        lives: impl Fn(Borrowed<'_, 'py, PyAny>) -> Option<bool>,
    ) -> usize {
        let Account { initial, lost, remaining } = account;
        let are_real = [initial, lost, remaining].into_iter().all(|total| matches!(total, Total::Real(_)));
        let (mut costs, mut alive, mut count) = ([0.0; BLOCK], [false; BLOCK], 0);
        let take = |held: [Item<'_, 'py>; 2]| {
            let [Some(looked_at), Some(value)] = held else { return false };
            let whole = || self.cpython.whole(value).filter(|_| are_real).map(|cost| cost as f64);
            let cost = self.cpython.real(value).or_else(whole);
            let (Some(lives), Some(cost)) = (lives(looked_at), cost) else { return false };
            (costs[count], alive[count]) = (cost, lives);
            count += 1;
            true
        };
        // SAFETY: nothing is done with what they hold but reading plain values.
        let counted = unsafe { self.sight.scan(units, BLOCK, take) };
        if account.count_reals(&alive[..counted], &costs[..counted]) { counted } else { 0 }
    }
}

/// The cost that a plain value is; nothing if it is none.
#[inline]
pub(super) fn cost(value: Option<Borrowed<'_, '_, PyAny>>, cpython: CPython) -> Option<Cost> {
    let Some(value) = value else { return Some(Cost::Whole(USUAL_COST)) };
    let cost = match plain(value, Some(cpython))? {
        Plain::Whole(cost) => Cost::Whole(cost),
        Plain::Flag(flag) => Cost::Whole(i64::from(flag)),
        Plain::Real(cost) => Cost::Real(cost),
    };
    cost.is_legal().then_some(cost)
}

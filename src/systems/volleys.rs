//! Volleys: who fires when, if a round has more than one.
//!
//! # Rule
//!
//! R-SHOOT-1 (volleys): `volleys` (1) splits the shooters of a round in order of id into that many volleys, one after the
//! other, each seeing what the earlier ones did. The shooters are the units that are deployed, do not rout and carry a
//! weapon when the first volley is fired. Who fell to an earlier volley does not fire; whose target did chooses anew
//! (`systems/targeting.rs`).
//!
//! # Formula
//!
//! ```text
//! volley of the k-th of m shooters, from 0 = floor(k · volleys / m)
//! ```
//!
//! Source: rule book §5. Worked example: of three shooters and two volleys the first two fire in the first volley.

use bevy_ecs::prelude::*;

use crate::ecs::components::{Mounts, Status, columns};
use crate::ecs::phase::{Phase, Round};
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Battles, RuleBook, Volley};

/// Adds this file's systems.
pub fn register(round: &mut Round, profile: &Profile) {
    round.add(Phase::Muster, profile.timed(muster));
}

/// R-SHOOT-1: who fires in this volley, for every running battle.
pub fn muster(
    rules: Res<RuleBook>,
    volley: Res<Volley>,
    mut battles: ResMut<Battles>,
    mut units: Query<(&Status, &Mounts)>,
) {
    let Some((statuses, mounts)) = columns(&mut units) else { return };
    let volleys = rules.0.volleys as usize;
    for battle in battles.running() {
        let rows = battle.units.clone();
        battle.firing = rows.clone();
        if volleys == 1 {
            continue;
        }
        if volley.turn == 0 {
            let shoots = |row: &usize| statuses[*row] == Status::DEPLOYED && mounts[*row].0 > 0;
            cut(&mut battle.cuts, rows.clone().filter(shoots).map(|row| (row - rows.start) as u32), volleys);
        }
        let turn = volley.turn as usize;
        battle.firing = rows.start + battle.cuts[turn] as usize..rows.start + battle.cuts[turn + 1] as usize;
    }
}

/// R-SHOOT-1: where the rows of each of `volleys` volleys begin, and where the last one's end.
///
/// ```
/// # use multi_universe_core::systems::volleys::cut;
/// let mut cuts = Vec::new();
/// cut(&mut cuts, [3, 5, 8].into_iter(), 2);
/// assert_eq!(cuts, [3, 8, 9]); // the first two, then the third
/// cut(&mut cuts, [3, 5].into_iter(), 4);
/// assert_eq!(cuts, [3, 5, 5, 6, 6]); // 3 fires in volley 0, 5 in volley 2
/// ```
pub fn cut(cuts: &mut Vec<u32>, shooters: impl Iterator<Item = u32> + Clone, volleys: usize) {
    let count = shooters.clone().count();
    let end = shooters.clone().last().map_or(0, |last| last + 1);
    cuts.clear();
    for (index, row) in shooters.enumerate() {
        // This one is the first of its volley if those before it are all in earlier ones.
        while cuts.len() <= index * volleys / count {
            cuts.push(row);
        }
    }
    cuts.resize(volleys + 1, end);
}

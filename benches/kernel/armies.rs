//! The battles that are measured: ships or ground units of two kinds, of some factions that are all at war.

use multi_universe_core::Rules;
use multi_universe_core::battle::BattleWorld;
use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::ingest::{Push, TableInput, Values};
use multi_universe_core::engagement::{Engagement, Muster};
use multi_universe_core::kernel::Kernel;

/// Names of factions, as many as take part at most.
const NAMES: [&str; 6] = ["Hegemony", "Synod", "Combine", "League", "Remnant", "Chapter"];

/// Who fights: a battle of one fleet for each faction.
#[derive(Clone, Copy)]
pub struct Armies {
    /// Units in all.
    pub units: i64,
    /// Weapons of each.
    pub guns: i64,
    /// Times the usual health, for those who must not die meanwhile.
    pub toughness: f64,
    /// Factions, two to six.
    pub factions: i64,
    /// Whether they fight on the ground.
    pub ground: bool,
    /// The chance that a shot strikes a weapon (R-DAMAGE-3).
    pub hardpoint_chance: f64,
}

impl Armies {
    /// Two fleets with three weapons a ship.
    pub fn of(units: i64) -> Self {
        let hardpoint_chance = Rules::default().hardpoint_chance;
        Self { units, guns: 3, toughness: 1.0, factions: 2, ground: false, hardpoint_chance }
    }

    /// The same, so tough that nobody dies and no weapon breaks, however many rounds are measured.
    pub fn immortal(units: i64) -> Self {
        Self { toughness: 1e9, hardpoint_chance: 0.0, ..Self::of(units) }
    }

    /// A kernel that holds them.
    pub fn kernel(self) -> Kernel {
        let mut kernel = self.empty();
        let push = Push::default().with(TableId::Units, self.units()).with(TableId::Weapons, self.weapons());
        kernel.push(&push).expect("units with weapons");
        kernel
    }

    /// A kernel with the factions and their fleets, and nobody in them.
    pub fn empty(self) -> Kernel {
        let names = &NAMES[..self.factions as usize];
        let pairs = || (0..names.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        let side = |pick: fn((usize, usize)) -> usize| {
            Values::texts(&pairs().map(|pair| NAMES[pick(pair)]).collect::<Vec<_>>())
        };
        let wars = TableInput::of([
            ("a", side(|pair| pair.0)),
            ("b", side(|pair| pair.1)),
            ("kind", Values::texts(&vec!["war"; pairs().count()])),
        ]);
        let fleets =
            TableInput::of([("id", Values::wholes(1..=self.factions)), ("faction", Values::texts(names))]);
        let push = Push::default()
            .with(TableId::Factions, TableInput::of([("name", Values::texts(names))]))
            .with(TableId::Treaties, wars)
            .with(TableId::Fleets, fleets);
        let rules = Rules { hardpoint_chance: self.hardpoint_chance, ..Rules::default() };
        let mut kernel = Kernel::new(rules, 42);
        kernel.push(&push).expect("factions and fleets");
        kernel
    }

    /// Ten columns of units, of the fleets in turn; on the ground an eleventh says so.
    pub fn units(self) -> TableInput<'static> {
        let ids = move || 0..self.units;
        let of = |a: f64, b: f64| Values::numbers(ids().map(move |id| if id % 3 == 0 { a } else { b }));
        let table = TableInput::of([
            ("id", Values::wholes(ids())),
            ("fleet", Values::wholes(ids().map(move |id| 1 + id % self.factions))),
            ("max_hp", of(900.0 * self.toughness, 400.0 * self.toughness)),
            ("max_shield", of(200.0, 50.0)),
            ("armor", of(30.0, 10.0)),
            ("bs", of(55.0, 45.0)),
            ("md", of(20.0, 40.0)),
            ("speed", of(4.0, 7.0)),
            ("cost", of(300.0, 100.0)),
            ("shield_regen", of(5.0, 0.0)),
        ]);
        if self.ground {
            table.with("domain", Values::texts(&vec!["ground"; self.units as usize]))
        } else {
            table
        }
    }

    /// Their weapons, of growing range and rate of fire.
    pub fn weapons(self) -> TableInput<'static> {
        let mounts =
            move || (0..self.units * self.guns).map(move |mount| (mount / self.guns, mount % self.guns));
        TableInput::of([
            ("unit", Values::wholes(mounts().map(|mount| mount.0))),
            ("slot", Values::wholes(mounts().map(|mount| mount.1))),
            ("range", Values::numbers(mounts().map(|mount| 20.0 + 15.0 * mount.1 as f64))),
            ("attacks", Values::numbers(mounts().map(|mount| 0.5 + mount.1 as f64))),
        ])
    }

    /// A battle of theirs on one thread, ten rounds after everybody has hit somebody.
    pub fn in_contact(self) -> BattleWorld {
        let mut kernel = self.kernel();
        kernel.set_threads(1);
        let mut battles = kernel.battle_world(&self.engagement(1, 1_000_000)).expect("a battle");
        let all_hit = |battles: &BattleWorld| battles.battle().sides.iter().all(|side| side.dealt > 0.0);
        while !all_hit(&battles) {
            assert!(battles.step(), "the battle is over too soon");
        }
        for _ in 0..10 {
            assert!(battles.step(), "the battle is over too soon");
        }
        battles
    }

    /// All of them against each other, of which the mirror learns nothing.
    pub fn engagement(self, seed: u64, max_rounds: u32) -> Engagement {
        Engagement {
            seed: Some(seed),
            commit: false,
            max_rounds: Some(max_rounds),
            ..Engagement::of(Muster::Fleets((1..=self.factions).collect()))
        }
    }
}

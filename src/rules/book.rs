//! The numbers themselves: every rule with its meaning, unit, default and legal range, and the presets.

use super::kind::{MoraleDice, Retarget, RuleInfo, Setting, Stored, SuppressionFrom};

macro_rules! rules {
    ($( $(#[doc = $doc:literal])+ $name:ident: $kind:ident = $default:literal in $min:literal ..= $max:literal; )+) => {
        /// The rule book's numbers. `Rules::default()` is the rule book as it stands.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct Rules { $( $(#[doc = $doc])+ pub $name: $kind, )+ }

        impl Default for Rules {
            fn default() -> Self {
                Self { $( $name: Stored::of($default as f64), )+ }
            }
        }

        /// All rules, in the order of the rule book.
        pub static RULES: &[RuleInfo] = &[ $( RuleInfo {
            name: stringify!($name),
            doc: concat!($($doc),+),
            default: $default as f64,
            min: $min as f64,
            max: $max as f64,
            kind: <$kind as Stored>::KIND,
        }, )+ ];

        impl Rules {
            /// The rule named `name` as a number, if there is one.
            pub fn value(&self, name: &str) -> Option<f64> {
                match name { $( stringify!($name) => Some(self.$name.number()), )+ _ => None }
            }

            /// Stores a number that has been checked.
            pub(super) fn store(&mut self, name: &str, number: f64) {
                match name { $( stringify!($name) => self.$name = Stored::of(number), )+ _ => {} }
            }
        }
    };
}

rules! {
    /// R-DEPLOY-1: side of the square map, in tiles; 0 takes it from the number of units.
    map_size: f64 = 0.0 in 0.0 ..= 1e6;
    /// R-DEPLOY-1: the smallest map of a battle in space, in tiles, when the size comes from the number of units.
    space_map_size: f64 = 80.0 in 1.0 ..= 1e6;
    /// R-DEPLOY-2: units side by side in one rank.
    rank_files: u32 = 20 in 1 ..= 65535;
    /// R-DEPLOY-2: distance between neighbours in a rank and between ranks, in tiles.
    rank_spacing: f64 = 2.0 in 0.0 ..= 1000.0;
    /// R-DEPLOY-2: two factions stand this share of the map's width from its edges.
    deploy_edge: f64 = 0.1 in 0.0 ..= 0.5;
    /// R-DEPLOY-2: three and more factions stand on a circle with this share of the map's size as its radius.
    deploy_circle: f64 = 0.4 in 0.0 ..= 0.5;
    /// R-DEPLOY-3: units of a faction that stand on the map at once; 0: all.
    deploy_cap: u32 = 0 in 0 ..= 1000000;
    /// R-TARGET-1: a static target's distance counts this many times when a target is chosen.
    static_weight: f64 = 5.0 in 0.0 ..= 1e6;
    /// R-TARGET-1: when a unit chooses its target.
    retarget: Retarget = 0 in 0 ..= 1;
    /// R-MOVE-1: whether units move at all.
    movement: bool = 1 in 0 ..= 1;
    /// R-MOVE-2: the distance of contact, in tiles.
    contact_distance: f64 = 1.0 in 0.0 ..= 1000.0;
    /// R-MOVE-2: weapons that reach no farther than this, in tiles, do not make a unit keep its distance.
    short_range: f64 = 5.0 in 0.0 ..= 1e6;
    /// R-MOVE-2: kiting units back off within this share of their range.
    kite_near: f64 = 0.5 in 0.0 ..= 1.0;
    /// R-MOVE-2: units that use their range stop at this share of it.
    kite_far: f64 = 0.9 in 0.0 ..= 1.0;
    /// R-MOVE-2: defenders leave their place for a target within this distance, in tiles.
    defend_distance: f64 = 20.0 in 0.0 ..= 1e6;
    /// R-MOVE-2: how much slower defenders close, in tiles per round.
    defend_slowdown: f64 = 1.0 in 0.0 ..= 1e6;
    /// R-SHOOT-1: volleys of a round, each by its share of the shooters in order of id.
    volleys: u32 = 1 in 1 ..= 65535;
    /// R-SHOOT-2: added to every shooter's skill, in percent.
    skill_bonus: f64 = 5.0 in -100.0 ..= 100.0;
    /// R-SHOOT-2: no skill falls below this, in percent.
    skill_floor: f64 = 15.0 in 0.1 ..= 100.0;
    /// R-SHOOT-2: beyond this distance a shot is a long one, in tiles.
    long_distance: f64 = 50.0 in 0.0 ..= 1e6;
    /// R-SHOOT-2: taken from the skill for a long shot, in percent.
    long_penalty: f64 = 10.0 in 0.0 ..= 100.0;
    /// R-SHOOT-2: taken from a suppressed shooter's skill, in percent.
    suppressed_penalty: f64 = 10.0 in 0.0 ..= 100.0;
    /// R-SHOOT-2: added to the hit chance for each weapon that fires in the volley.
    volume_per_weapon: f64 = 0.001 in 0.0 ..= 1.0;
    /// R-SHOOT-2: the most that the volume of fire adds to the hit chance.
    volume_cap: f64 = 0.2 in 0.0 ..= 1.0;
    /// R-SHOOT-2: the share of the hit chance that a defence of 100 % takes.
    defence_share: f64 = 0.5 in 0.0 ..= 1.0;
    /// R-SHOOT-2: no hit chance falls below this.
    hit_floor: f64 = 0.05 in 0.0 ..= 1.0;
    /// R-SHOOT-2: no hit chance rises above this.
    hit_ceiling: f64 = 0.95 in 0.0 ..= 1.0;
    /// R-SHOOT-3: a hit is a crit with this chance, in percent, over the skill, in percent.
    crit_skill: f64 = 5.0 in 0.0 ..= 100.0;
    /// R-SHOOT-4: the save of an unarmoured target.
    save_base: f64 = 7.0 in 0.0 ..= 100.0;
    /// R-SHOOT-4: armour points that better the save by one.
    armor_step: f64 = 10.0 in 0.001 ..= 1e6;
    /// R-SHOOT-4: points of armour penetration that worsen the save by one.
    ap_step: f64 = 10.0 in 0.001 ..= 1e6;
    /// R-SHOOT-4: how much cover betters the save.
    cover_save: f64 = 1.0 in 0.0 ..= 6.0;
    /// R-SHOOT-4: the best save there is.
    save_best: f64 = 2.0 in 0.0 ..= 6.0;
    /// R-SHOOT-4: the most that armour and field can take from a hit.
    mitigation_cap: f64 = 0.95 in 0.0 ..= 1.0;
    /// R-SHOOT-4: points of damage for each point of a weapon's strength.
    strength_damage: f64 = 10.0 in 0.0 ..= 1e6;
    /// R-SHOOT-4: no hit does less than this, in points.
    damage_floor: f64 = 1.0 in 0.0 ..= 1e6;
    /// R-SHOOT-4: what a crit adds, in hits.
    crit_bonus: f64 = 0.5 in 0.0 ..= 100.0;
    /// R-SHOOT-4: the share of the damage that a fortress takes.
    fortress_factor: f64 = 0.5 in 0.0 ..= 1.0;
    /// R-SHOOT-4: a ground unit's damage counts this many times.
    ground_factor: f64 = 2.5 in 0.0 ..= 1000.0;
    /// R-DAMAGE-3: the chance that a shot that reaches the hull strikes a weapon too.
    hardpoint_chance: f64 = 0.1 in 0.0 ..= 1.0;
    /// R-DAMAGE-4: whether shields and hulls regain points.
    regeneration: bool = 1 in 0 ..= 1;
    /// R-MELEE-1: how far a strike reaches, in tiles.
    melee_reach: f64 = 1.5 in 0.0 ..= 1000.0;
    /// Section 8: whether nerve counts; if not, nobody is ever suppressed by fire or routs.
    morale: bool = 1 in 0 ..= 1;
    /// R-MORALE-1: what damage to the hull adds to suppression.
    suppression_from: SuppressionFrom = 0 in 0 ..= 1;
    /// R-MORALE-1: suppression that goes each round, in points.
    suppression_decay: f64 = 10.0 in 0.0 ..= 1e6;
    /// R-MORALE-1: suppressed from this suppression on, in points.
    suppressed_at: f64 = 25.0 in 0.0 ..= 1e6;
    /// R-MORALE-2: how the sum of two dice is rolled.
    morale_dice: MoraleDice = 0 in 0 ..= 1;
    /// R-MORALE-2: taken from the nerve for a hull that is all lost; in proportion for less.
    nerve_hull: f64 = 5.0 in 0.0 ..= 100.0;
    /// R-MORALE-2: taken from the nerve under a quarter of the hull.
    nerve_quarter: f64 = 2.0 in 0.0 ..= 100.0;
    /// R-MORALE-2: taken from the nerve under half of the hull.
    nerve_half: f64 = 1.0 in 0.0 ..= 100.0;
    /// R-MORALE-2: taken from the nerve of the exhausted.
    nerve_exhausted: f64 = 2.0 in 0.0 ..= 100.0;
    /// R-MORALE-2: exhausted over this fatigue.
    exhausted_at: f64 = 0.8 in 0.0 ..= 1.0;
    /// R-MORALE-2: taken from the nerve of the tired.
    nerve_tired: f64 = 1.0 in 0.0 ..= 100.0;
    /// R-MORALE-2: tired over this fatigue.
    tired_at: f64 = 0.5 in 0.0 ..= 1.0;
    /// R-MORALE-2: routing friends within this distance take from a ground unit's nerve, in tiles.
    panic_distance: f64 = 15.0 in 0.0 ..= 1e6;
    /// R-MORALE-2: routing friends that take one from the nerve.
    panic_friends: f64 = 2.0 in 0.001 ..= 1e6;
    /// R-MORALE-2: the most that routing friends take from the nerve.
    panic_cap: f64 = 3.0 in 0.0 ..= 100.0;
    /// R-MORALE-2: fatigue gained in round r: this times r.
    fatigue_rate: f64 = 0.005 in 0.0 ..= 1.0;
    /// R-VICTORY-2: rounds without damage that end a battle.
    quiet_rounds: u32 = 500 in 1 ..= 1000000;
    /// R-VICTORY-2: rounds without a kill that end a battle.
    killless_rounds: u32 = 300 in 1 ..= 1000000;
    /// R-VICTORY-2: rounds that end a battle.
    max_rounds: u32 = 10000 in 1 ..= 1000000;
    /// R-FINAL-2: experience for each point of damage dealt.
    xp_per_damage: f64 = 0.05 in 0.0 ..= 1e6;
    /// R-FINAL-2: experience for each kill.
    xp_per_kill: f64 = 50.0 in 0.0 ..= 1e6;
    /// R-FINAL-2: experience for each round survived.
    xp_per_round: f64 = 10.0 in 0.0 ..= 1e6;
    /// R-FINAL-2: experience of every survivor after the battle.
    xp_survivor: f64 = 50.0 in 0.0 ..= 1e6;
    /// R-FINAL-2: further experience of every survivor for each round of the battle.
    xp_survivor_round: f64 = 5.0 in 0.0 ..= 1e6;
    /// R-FINAL-2: further experience of the winner's survivors.
    xp_winner: f64 = 100.0 in 0.0 ..= 1e6;
    /// R-FINAL-3: war exhaustion for each ship lost.
    exhaustion_ship: f64 = 0.005 in 0.0 ..= 1000.0;
    /// R-FINAL-3: war exhaustion for each ground unit lost.
    exhaustion_ground: f64 = 0.002 in 0.0 ..= 1000.0;
    /// R-FINAL-4: an overwhelming winner lost less than this share of its cost.
    overwhelming_share: f64 = 0.1 in 0.0 ..= 1.0;
    /// R-FINAL-4: a decisive winner lost less than this share of its cost.
    decisive_share: f64 = 0.3 in 0.0 ..= 1.0;
    /// R-FINAL-4: overwhelmed and decisively beaten losers lost more than this share of their cost.
    beaten_share: f64 = 0.5 in 0.0 ..= 1.0;
    /// R-FINAL-4: a pyrrhic winner lost more than this share of its cost.
    pyrrhic_share: f64 = 0.4 in 0.0 ..= 1.0;
}

/// A rule book by name: what it is, and in what it differs from the book.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// The rules that differ.
    pub settings: &'static [(&'static str, Setting<'static>)],
}

/// All presets.
pub static PRESETS: &[Preset] = &[
    Preset {
        name: "strategy_engine",
        doc: "The extremes of the Python strategy engine that the rule book follows.",
        settings: &[
            ("hardpoint_chance", Setting::Number(1.0)),
            ("suppression_from", Setting::Word("points")),
            ("morale_dice", Setting::Word("even")),
            ("deploy_cap", Setting::Number(200.0)),
        ],
    },
    Preset {
        name: "lanchester",
        doc: "Fire and nothing else: no morale, hardpoints, regeneration or movement.",
        settings: &[
            ("morale", Setting::Flag(false)),
            ("hardpoint_chance", Setting::Number(0.0)),
            ("regeneration", Setting::Flag(false)),
            ("movement", Setting::Flag(false)),
        ],
    },
];

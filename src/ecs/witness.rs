//! The witness: what stands behind the phases of a noted world and writes down what they left.
//!
//! A battle that nobody wants to know about has no witness, and its schedule no system of this file. What is written is
//! read by no rule. Changes of status are told from the columns, shot by shot what happened from what landing told.

use bevy_ecs::prelude::*;

use super::components::{FleetSlot, NOBODY, Side, Slot, Status, Traits, columns};
use super::events::{Event, EventKind, NO_EVENT, NO_SLOT};
use super::ledger::{Entry, Ledger, camp};
use super::phase::{Phase, Round};
use super::profile::Profile;
use super::resources::{Battles, Ending, Landed, Shot, Volley};
use super::simd::Level;

/// How much is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// The ledger.
    Ledger,
    /// And events.
    Events,
    /// And an event for each shot.
    Shots,
}

/// What was seen of the battle of a noted world.
#[derive(Resource, Debug)]
pub struct Witness {
    depth: Depth,
    events: Vec<Event>,
    ledger: Ledger,
    /// Where each shot of the volley went, in order of shot, if events are written down.
    landed: Vec<Landed>,
    sides: Vec<Side>,
    /// What each unit was when last looked at.
    statuses: Vec<Status>,
    /// The event that suppressed each unit last.
    suppressed: Vec<u32>,
    /// Each unit's last rout.
    routs: Vec<u32>,
    /// The last kill or retreat of each side.
    losses: Vec<u32>,
    /// The last event that took a unit out of the line.
    last: u32,
}

impl Witness {
    /// One who writes down so much.
    pub fn new(depth: Depth) -> Self {
        Self {
            depth,
            events: Vec::new(),
            ledger: Ledger::default(),
            landed: Vec::new(),
            sides: Vec::new(),
            statuses: Vec::new(),
            suppressed: Vec::new(),
            routs: Vec::new(),
            losses: Vec::new(),
            last: NO_EVENT,
        }
    }

    /// Forgets the battle before and looks at the units of the next one.
    pub fn open(&mut self, (sides, fleets, traits): (&[Side], &[FleetSlot], &[Traits]), statuses: &[Status]) {
        self.events.clear();
        let camp_of = |(fleet, traits): (&FleetSlot, &Traits)| camp(fleet.0, traits.has(Traits::GROUND));
        self.ledger.open(fleets.iter().zip(traits).map(camp_of));
        if !self.tells_events() {
            return;
        }
        self.sides.clear();
        self.sides.extend_from_slice(sides);
        self.statuses.clear();
        self.statuses.extend_from_slice(statuses);
        for known in [&mut self.suppressed, &mut self.routs] {
            known.clear();
            known.resize(sides.len(), NO_EVENT);
        }
        self.losses.clear();
        self.losses.resize(sides.iter().map(|side| usize::from(side.0) + 1).max().unwrap_or(0), NO_EVENT);
        self.last = NO_EVENT;
    }

    /// What was written, which is then gone: the events, and the ledger in order.
    pub fn take(&mut self) -> (Vec<Event>, Vec<Entry>) {
        (std::mem::take(&mut self.events), self.ledger.take())
    }

    /// Whether events are written down.
    pub fn tells_events(&self) -> bool {
        self.depth >= Depth::Events
    }

    fn tell(&mut self, event: Event) -> u32 {
        self.events.push(event);
        (self.events.len() - 1) as u32
    }

    /// Enters the shots of a volley, before they land.
    pub fn see_fired(&mut self, level: Level, round: u32, shots: &[Shot]) {
        self.ledger.fire(level, round, shots);
        if self.tells_events() {
            self.landed.clear();
            self.landed.resize(shots.len(), Landed::NOWHERE);
        }
    }

    /// Enters where the shot of this index went.
    #[inline(always)]
    pub fn see_landed(&mut self, index: usize, landed: Landed) {
        self.ledger.land(index, &landed);
        if let Some(known) = self.landed.get_mut(index) {
            *known = landed;
        }
    }

    /// Calls `changed` with each unit whose status is another one than when last looked at: its row, and both.
    fn look(&mut self, now: &[Status], mut changed: impl FnMut(&mut Self, u32, Status, Status)) {
        for (row, &is) in now.iter().enumerate() {
            let was = std::mem::replace(&mut self.statuses[row], is);
            if was != is {
                changed(self, row as u32, was, is);
            }
        }
    }

    fn retreat(&mut self, round: u32, row: u32) {
        let cause = self.routs[row as usize];
        let id = self.tell(Event { cause, ..Event::of(EventKind::Retreat, round, row) });
        self.lose(row, id);
    }

    /// A side has lost a unit, by this event.
    fn lose(&mut self, row: u32, id: u32) {
        self.losses[usize::from(self.sides[row as usize].0)] = id;
        self.last = id;
    }

    /// What came of a shot or a strike that the event `cause` tells of.
    fn tell_of(
        &mut self,
        round: u32,
        shot: &Shot,
        landed: &Landed,
        cause: u32,
        slot_of: impl Fn(u32) -> u16,
    ) {
        if landed.broken != NOBODY {
            let weapon = slot_of(landed.broken);
            let event = Event::of(EventKind::WeaponDestroyed, round, shot.shooter);
            self.tell(Event { target: shot.target, weapon, cause, ..event });
        }
        let target = shot.target as usize;
        if landed.killed {
            let weapon = slot_of(shot.mount);
            let event = Event::of(EventKind::Kill, round, shot.shooter);
            let id =
                self.tell(Event { target: shot.target, weapon, amount: landed.overkill, cause, ..event });
            self.statuses[target] = Status::DESTROYED;
            self.lose(shot.target, id);
        } else if landed.suppressed {
            let event = Event::of(EventKind::Suppressed, round, shot.target);
            self.suppressed[target] = self.tell(Event { amount: landed.dealt, cause, ..event });
        }
    }
}

/// Puts the witness behind the phases that it looks at.
pub fn register(round: &mut Round, profile: &Profile, depth: Depth) {
    // The ledger is entered by those who land the shots.
    if depth >= Depth::Events {
        round.behind(Phase::Damage, profile.timed(see_fire));
        round.behind(Phase::MeleeDamage, profile.timed(see_strikes));
        round.behind(Phase::Deploy, profile.timed(see_arrivals));
        round.behind(Phase::Movement, profile.timed(see_retreats));
        round.behind(Phase::Morale, profile.timed(see_nerve));
        round.behind(Phase::Victory, profile.timed(see_end));
    }
}

/// Who entered from the reserve.
pub fn see_arrivals(battles: Res<Battles>, mut witness: ResMut<Witness>, mut units: Query<&Status>) {
    let (Some(statuses), round) = (columns(&mut units), battles.0[0].round) else { return };
    witness.look(&statuses[battles.0[0].units.clone()], |witness, row, was, is| {
        if was == Status::RESERVE && is == Status::DEPLOYED {
            let cause = witness.losses[usize::from(witness.sides[row as usize].0)];
            witness.tell(Event { cause, ..Event::of(EventKind::Reinforce, round, row) });
        }
    });
}

/// Who left the map.
pub fn see_retreats(battles: Res<Battles>, mut witness: ResMut<Witness>, mut units: Query<&Status>) {
    let (Some(statuses), round) = (columns(&mut units), battles.0[0].round) else { return };
    witness.look(&statuses[battles.0[0].units.clone()], |witness, row, _, is| {
        if is == Status::RETREATED {
            witness.retreat(round, row);
        }
    });
}

/// Who runs, and who does no longer.
pub fn see_nerve(battles: Res<Battles>, mut witness: ResMut<Witness>, mut units: Query<&Status>) {
    let (Some(statuses), round) = (columns(&mut units), battles.0[0].round) else { return };
    witness.look(&statuses[battles.0[0].units.clone()], |witness, row, _, is| match is {
        Status::ROUTING => {
            let cause = witness.suppressed[row as usize];
            let id = witness.tell(Event { cause, ..Event::of(EventKind::Rout, round, row) });
            (witness.routs[row as usize], witness.last) = (id, id);
        }
        Status::DEPLOYED => {
            let cause = witness.routs[row as usize];
            witness.tell(Event { cause, ..Event::of(EventKind::Rally, round, row) });
        }
        _ => {}
    });
}

/// How it ended.
pub fn see_end(battles: Res<Battles>, mut witness: ResMut<Witness>) {
    let battle = &battles.0[0];
    let kind = match battle.ending {
        Some(Ending::Victory(_)) => EventKind::Victory,
        Some(Ending::Stalemate(_)) => EventKind::Stalemate,
        Some(Ending::RoundLimit(_)) => EventKind::RoundLimit,
        None => return,
    };
    let cause = if kind == EventKind::Victory { witness.last } else { NO_EVENT };
    let end = Event::of(kind, battle.round, NOBODY);
    witness.tell(Event { cause, ..end });
}

/// What the shots of a volley did.
pub fn see_fire(
    volley: Res<Volley>,
    battles: Res<Battles>,
    mut witness: ResMut<Witness>,
    mut mounts: Query<&Slot>,
) {
    let round = battles.0[0].round;
    let slots = columns(&mut mounts).unwrap_or(&[]);
    let (slot_of, detailed) = (|mount: u32| slots[mount as usize].0, witness.depth >= Depth::Shots);
    // Whose fire at whom is being told, and by which event.
    let mut told = (u32::MAX, u32::MAX, NO_EVENT);
    let all_landed = std::mem::take(&mut witness.landed);
    for (shot, landed) in volley.shots.iter().zip(&all_landed) {
        if (told.0, told.1) != (shot.shooter, shot.target) {
            let event = Event::of(EventKind::Volley, round, shot.shooter);
            told = (shot.shooter, shot.target, witness.tell(Event { target: shot.target, ..event }));
        }
        let fire = told.2;
        witness.events[fire as usize].amount += landed.dealt;
        let from = if detailed {
            let event = Event { amount: landed.dealt, ..Event::of(EventKind::Shot, round, shot.shooter) };
            witness.tell(Event { target: shot.target, weapon: slot_of(shot.mount), cause: fire, ..event })
        } else {
            fire
        };
        witness.tell_of(round, shot, landed, from, slot_of);
    }
    witness.landed = all_landed;
}

/// What the strikes by hand of a round did.
pub fn see_strikes(
    volley: Res<Volley>,
    battles: Res<Battles>,
    mut witness: ResMut<Witness>,
    mut mounts: Query<&Slot>,
) {
    if volley.shots.is_empty() {
        return;
    }
    let round = battles.0[0].round;
    let slots = columns(&mut mounts).unwrap_or(&[]);
    let slot_of = |mount: u32| slots.get(mount as usize).map_or(NO_SLOT, |slot| slot.0);
    let all_landed = std::mem::take(&mut witness.landed);
    for (strike, landed) in volley.shots.iter().zip(&all_landed) {
        let event = Event::of(EventKind::Melee, round, strike.shooter);
        let from = witness.tell(Event { target: strike.target, amount: landed.dealt, ..event });
        witness.tell_of(round, strike, landed, from, slot_of);
    }
    witness.landed = all_landed;
}

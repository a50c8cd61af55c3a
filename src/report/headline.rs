//! A battle in a sentence.

use super::{Outcome, Report};

impl Report {
    /// The battle in a sentence.
    pub fn headline(&self) -> String {
        let rounds = count(self.rounds as usize, "round");
        let left = count(self.survivors, "unit");
        let how = self.decisiveness.map_or_else(String::new, |how| format!(" It is {}.", a(how.name())));
        let winner = self.winner.as_deref();
        let allies: Vec<&str> =
            self.winners.iter().map(AsRef::as_ref).filter(|&name| Some(name) != winner).collect();
        let with = if allies.is_empty() { String::new() } else { format!(" (with {})", allies.join(", ")) };
        match (self.outcome, winner) {
            (Outcome::NoConflict, _) => "No battle: no two of the factions present are at war.".to_owned(),
            (Outcome::Victory, Some(name)) => format!("{name}{with} won in {rounds} with {left} left.{how}"),
            (Outcome::Stalemate, Some(name)) => {
                format!("Stalemate after {rounds}: {name} holds the field with {left}.{how}")
            }
            (Outcome::RoundLimit, Some(name)) => {
                format!("The round limit came after {rounds}: {name} is ahead with {left} left.{how}")
            }
            (Outcome::Victory | Outcome::Stalemate, None) => format!("A draw after {rounds}: nobody won."),
            (Outcome::RoundLimit, None) => format!("The round limit came after {rounds}: nobody won."),
        }
    }
}

fn a(decisiveness: &str) -> String {
    let article = if decisiveness.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {decisiveness} victory")
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::ecs::digest::Digest;
    use crate::ecs::tables::Table;
    use crate::report::{Decisiveness, Outcome, Report};
    use crate::rules::Rules;

    fn report(outcome: Outcome, winner: Option<&str>) -> Report {
        Report {
            outcome,
            winner: winner.map(Arc::from),
            winners: winner.into_iter().map(Arc::from).collect(),
            decisiveness: winner.map(|_| Decisiveness::Overwhelming),
            rounds: 28,
            survivors: 1,
            replica: 0,
            seed: 42,
            digest: Digest::new("battle"),
            units: Table::default(),
            fleets: Table::default(),
            factions: Table::default(),
            weapons: Table::default(),
            timeline: Table::default(),
            profile: Table::default(),
            ledger: None,
            events: None,
            replay: None,
            spans: Vec::new(),
            rules: Rules::default(),
            trace_id: "".into(),
        }
    }

    #[test]
    fn the_headline_says_who_won_and_how() {
        let mut won = report(Outcome::Victory, Some("Synod"));
        won.winners.push(Arc::from("Guild"));
        let text = "Synod (with Guild) won in 28 rounds with 1 unit left. It is an overwhelming victory.";
        assert_eq!(won.headline(), text);
        assert_eq!(report(Outcome::Victory, None).headline(), "A draw after 28 rounds: nobody won.");
        let none = "No battle: no two of the factions present are at war.";
        assert_eq!(report(Outcome::NoConflict, None).headline(), none);
    }
}

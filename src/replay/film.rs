//! Some rounds of some units of a recorded battle: what a map shows.

use super::Replay;
use crate::ecs::trace::Owner;

/// The chosen units at the end of a round, in the order in which they were chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// The round, from 1.
    pub round: u32,
    /// Tiles from the left edge.
    pub x: Vec<f64>,
    /// Tiles from the top edge.
    pub y: Vec<f64>,
    /// Health, in points.
    pub hp: Vec<f64>,
    /// A constant of [`Status`](crate::ecs::components::Status).
    pub status: Vec<u8>,
}

impl Replay {
    /// The frames of the units with these rows, of the rounds that are wanted. Of a column that an older kernel did not
    /// record there is nothing.
    pub fn film(&self, rows: &[usize], wanted: impl Fn(u32) -> bool) -> Vec<Frame> {
        let span = |name: &str| {
            let mut kept = self.kept();
            kept.find(|(column, _)| column.owner == Owner::Unit && column.name == name).map(|(_, span)| span)
        };
        let spans = ["x", "y", "hp", "status"].map(span);
        let mut walk = self.frames.walk();
        let mut film = Vec::new();
        for round in 1..=self.rounds() {
            let record = walk.record();
            if !wanted(round) {
                continue;
            }
            let part = |index: usize| spans[index].clone().map_or(&[][..], |span| &record[span]);
            let floats = |index: usize| {
                let values = part(index).as_chunks::<8>().0;
                rows.iter()
                    .filter_map(|&row| values.get(row).map(|&bytes| f64::from_le_bytes(bytes)))
                    .collect()
            };
            let status = rows.iter().filter_map(|&row| part(3).get(row).copied()).collect();
            film.push(Frame { round, x: floats(0), y: floats(1), hp: floats(2), status });
        }
        film
    }
}

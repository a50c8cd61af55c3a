"use strict";
// The page of a turn: each place's battle in a sentence, and all factions at all places.
facts([["places", column(DATA.places, "location").length], ["seed", DATA.seed], ["digest", DATA.digest], ["trace id", DATA.trace_id]]);
section("Places", table(DATA.places, "places"), ...DATA.errors.map((text) => el("p", {}, text)));
const holder = el("div", { className: "charts" });
if (DATA.battles.length > 0) section("Attrition at each place", legend(DATA.factions), holder,
  ...(column(DATA.places, "location").length > DATA.battles.length ? [el("p", { className: "soft" }, `The ${DATA.battles.length} largest battles of ${column(DATA.places, "location").length}.`)] : []));
for (const { location, round, lines } of DATA.battles) {
  curves(holder, `Place ${location}`, "points of health left", round, lines.map(({ faction, hp }) => ({ name: DATA.factions[faction], values: hp, index: faction })));
}
section("Factions", table(DATA.tables.factions, "factions"));
section("Fleets", table(DATA.tables.fleets, "fleets"));
section("Where the time went", table(DATA.tables.profile, "profile"));
again();

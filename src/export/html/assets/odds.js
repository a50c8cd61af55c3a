"use strict";
// The page of odds: chances with their intervals, how losses are distributed, how the chances settled.
facts([["runs", DATA.runs], ["draws", DATA.draws], ["ended", { runs: "after all runs", until: "when the intervals were narrow enough", deadline: "at the deadline", interrupted: "when interrupted" }[DATA.ended]], ["seed", DATA.seed], ["digest", DATA.digest]]);
const chances = section(`Chances to win, with intervals of ${100 * DATA.confidence} %`);
DATA.factions.forEach((name, index) => {
  const [chance, low, high] = ["probability", "low", "high"].map((name) => 100 * column(DATA.table, name)[index]);
  const fill = el("i", {});
  fill.style.width = `${chance}%`;
  fill.style.background = colour(index);
  const span = el("b", {});
  span.style.left = `${low}%`;
  span.style.width = `${high - low}%`;
  const text = `${name}: ${chance.toFixed(1)} % (${low.toFixed(1)} to ${high.toFixed(1)} %)`;
  chances.append(el("p", {}, mark(index), " ", text), el("div", { className: "chance", role: "img", ariaLabel: text }, fill, span));
});
const holder = el("div", { className: "charts" });
section("Curves", holder);
const up = (count) => Array.from({ length: count }, (_, index) => index);
curves(holder, "Losses", "share of the runs, %", up(DATA.losses[0] ? DATA.losses[0].length : 0), DATA.factions.map((name, index) => ({ name, values: DATA.losses[index] })), { label: "units lost" });
curves(holder, "Length", "share of the runs, %", DATA.lengths.round, [{ name: "all runs", values: DATA.lengths.share, index: 6 }], { label: "rounds" });
curves(holder, "Convergence", "chance so far, %", DATA.course.run, DATA.factions.map((name, index) => ({ name, values: DATA.course.chances[index] })), { label: "runs", log: true });
section("Numbers", table(DATA.table, "odds"), el("p", {}, `Rounds: ${DATA.rounds.map(([name, value]) => `${name} ${number(value)}`).join(", ")}.`));
if (column(DATA.profile, "name").length > 0) section("Where the time went", table(DATA.profile, "profile"));
again();

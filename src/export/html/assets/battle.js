"use strict";
// The page of a battle: map, curves, losses, events, stories. Every part follows one number, the round that is shown.
const ROUNDS = DATA.timeline.round;
const LAST = ROUNDS.length;
const FILM = DATA.film;
const EVENTS = DATA.events;
let shown = LAST;
let chosen = null;
const FOLLOWERS = [];
// What the map, if there is one, does when a unit is chosen or the view is to grow.
let choose = () => {};
let zoom = () => {};
const show = (round) => { shown = Math.min(LAST, Math.max(1, round)); FOLLOWERS.forEach((follow) => follow()); };

facts([["rounds", DATA.rounds], ["seed", DATA.seed], ["digest", DATA.digest], ["trace id", DATA.trace_id]]);
section("In short", ...DATA.summary.map((text) => el("p", {}, text)), ...DATA.notes.map((text) => el("p", { className: "soft" }, text)));

if (LAST > 0) {
  player();
  charts();
}
losses();
if (EVENTS) events();
profile();
again();
show(LAST > 0 ? 1 : 0);

// Play, pause, step, speed, slider; then the map and beside it the story of the unit that was chosen.
function player() {
  const slider = el("input", { type: "range", id: "slider", min: 1, max: LAST, value: 1, ariaLabel: "round" });
  const label = el("output", { className: "round", id: "round" });
  const play = el("button", { type: "button", id: "play" }, "Play");
  const speed = el("select", { id: "speed", ariaLabel: "speed" }, ...[1, 2, 4, 8, 16, 32].map((rate) =>
    el("option", { value: rate, selected: rate === 4 }, `${rate} rounds a second`)));
  let timer = null;
  const stop = () => { clearInterval(timer); timer = null; play.textContent = "Play"; };
  const start = () => {
    if (shown === LAST) show(1);
    play.textContent = "Pause";
    timer = setInterval(() => { show(shown + 1); if (shown === LAST) stop(); }, 1000 / Number(speed.value));
  };
  play.addEventListener("click", () => timer === null ? start() : stop());
  speed.addEventListener("change", () => { if (timer !== null) { stop(); start(); } });
  slider.addEventListener("input", () => show(Number(slider.value)));
  const step = (by, text, name) => {
    const made = el("button", { type: "button", ariaLabel: name, title: name }, text);
    made.addEventListener("click", () => { stop(); show(shown + by); });
    return made;
  };
  FOLLOWERS.push(() => { slider.value = shown; label.textContent = `Round ${shown} of ${LAST}`; });
  const controls = [play, step(-1, "◀", "one round back"), step(1, "▶", "one round on"), slider, label, speed];
  addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea, button, tr, .scroll")) return;
    const keys = { " ": () => play.click(), ArrowLeft: () => show(shown - 1), ArrowRight: () => show(shown + 1), Home: () => show(1), End: () => show(LAST) };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  if (!FILM) {
    section("The battle by rounds", el("div", { className: "bar" }, ...controls), state(), el("p", {}, DATA.no_map));
    return;
  }
  const zoomed = [["+", "zoom in", 1.5], ["−", "zoom out", 1 / 1.5], ["⟲", "whole map", 0]].map(([text, name, factor]) => {
    const made = el("button", { type: "button", ariaLabel: name, title: name }, text);
    made.addEventListener("click", () => zoom(factor));
    return made;
  });
  const canvas = el("canvas", { className: "map", id: "map", tabIndex: 0, role: "img" });
  canvas.setAttribute("aria-label", "Map of the battle. Arrow keys change the round, plus and minus zoom; the list below chooses a unit.");
  const pick = el("input", { id: "unit", list: "units", placeholder: "unit id", size: 9, ariaLabel: "unit whose story is shown" });
  const ids = el("datalist", { id: "units" }, ...FILM.id.slice(0, 2000).map((id) => el("option", { value: id })));
  const story = el("div", { id: "story", ariaLive: "polite" });
  pick.addEventListener("change", () => choose(FILM.id.indexOf(Number(pick.value))));
  const columns = el("div", { className: "columns" },
    el("section", { ariaLabel: "Map" }, el("h2", {}, "Map"), el("div", { className: "bar" }, ...controls, ...zoomed), canvas, legend(DATA.factions),
      el("p", { className: "soft" }, "Size and strength of colour: health left. Hollow: running. Crosses: destroyed. Lines: fire that did damage in this round. Drag to move, wheel to zoom, click a unit for its story."), state()),
    el("section", { ariaLabel: "Story of a unit" }, el("h2", {}, "Story of a unit"), el("div", { className: "bar" }, pick, ids), story));
  MAIN.append(columns);
  const view = { scale: 1, x: FILM.size / 2, y: FILM.size / 2 };
  const unitAt = map(canvas, view);
  const paint = () => unitAt.paint();
  FOLLOWERS.push(paint);
  REPAINT.push(paint);
  choose = (index) => {
    chosen = index >= 0 ? index : null;
    tell(story, pick);
    paint();
  };
  zoom = (factor) => {
    if (factor === 0) { view.x = view.y = FILM.size / 2; view.scale = 1; } else view.scale = Math.min(40, Math.max(1, view.scale * factor));
    paint();
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "+") zoom(1.5);
    if (event.key === "-") zoom(1 / 1.5);
  });
  tell(story, pick);
}

// Who is left in the round that is shown, in words.
function state() {
  const line = el("p", { id: "state", ariaLive: "off" });
  FOLLOWERS.push(() => {
    line.textContent = DATA.factions.map((name, side) => {
      const of = DATA.timeline.factions[side];
      const at = shown - 1;
      return `${name}: ${number(of.alive[at])} units, ${number(of.hp[at])} points, ${number(of.routing[at])} running`;
    }).join(" · ");
  });
  return line;
}

function tell(holder, pick) {
  holder.replaceChildren();
  if (chosen === null) {
    holder.append(el("p", { className: "soft" }, "Click a unit on the map, a row of the events, or type an id."));
    return;
  }
  pick.value = FILM.id[chosen];
  const story = DATA.stories[chosen];
  const items = story ? story.map((text) => {
    const made = el("li", {}, text);
    const round = /^Round (\d+):/.exec(text);
    if (round) {
      made.tabIndex = 0;
      made.style.cursor = "pointer";
      const jump = () => show(Number(round[1]));
      made.addEventListener("click", jump);
      made.addEventListener("keydown", (event) => { if (event.key === "Enter") jump(); });
    }
    return made;
  }) : [el("li", {}, "Its story is left out to keep the page small: report.explain(unit=…) tells it.")];
  holder.append(el("ol", { className: "story" }, ...items));
}

// The map on a canvas; returns how to paint it.
function map(canvas, view) {
  const context = canvas.getContext("2d");
  let place = [];
  // Lines of fire by round: pairs of unit and target.
  const fire = new Map();
  if (EVENTS) EVENTS.kind.forEach((kind, row) => {
    const name = EVENTS.kinds[kind];
    if ((name !== "volley" && name !== "melee") || EVENTS.amount[row] <= 0) return;
    const list = fire.get(EVENTS.round[row]) || [];
    list.push([EVENTS.unit[row], EVENTS.target[row]]);
    fire.set(EVENTS.round[row], list);
  });
  const known = new Map(FILM.id.map((id, index) => [id, index]));
  const frame_of = (round) => {
    let low = 0;
    while (low + 1 < FILM.rounds.length && FILM.rounds[low + 1] <= round) low += 1;
    return low;
  };
  function paint() {
    const ratio = devicePixelRatio || 1;
    const side = canvas.clientWidth;
    const height = Math.min(side, Math.max(320, innerHeight * 0.75));
    if (canvas.width !== Math.round(side * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.style.height = `${height}px`;
      canvas.width = Math.round(side * ratio);
      canvas.height = Math.round(height * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, side, height);
    const unit = Math.min(side, height) / (FILM.size * 1.06) * view.scale;
    const at = (x, y) => [side / 2 + (x - view.x) * unit, height / 2 + (y - view.y) * unit];
    const [left, top] = at(0, 0);
    context.strokeStyle = style("--line");
    context.strokeRect(left, top, FILM.size * unit, FILM.size * unit);
    const frame = frame_of(shown);
    const tile = FILM.size / 10000;
    place = FILM.id.map((_, index) => at(FILM.x[frame][index] * tile, FILM.y[frame][index] * tile));
    context.globalAlpha = 0.45;
    context.lineWidth = 1;
    for (const [from, to] of fire.get(FILM.rounds[frame]) || []) {
      const [a, b] = [known.get(from), known.get(to)];
      if (a === undefined || b === undefined) continue;
      context.strokeStyle = colour(FILM.faction[a]);
      context.beginPath();
      context.moveTo(...place[a]);
      context.lineTo(...place[b]);
      context.stroke();
    }
    const size = Math.max(2, Math.min(9, 120 / Math.sqrt(FILM.id.length)) * Math.sqrt(view.scale));
    FILM.id.forEach((_, index) => dot(place[index], index, FILM.health[frame][index], FILM.status[frame][index], size));
    context.globalAlpha = 1;
    if (chosen !== null) {
      const [x, y] = place[chosen];
      context.strokeStyle = style("--ink");
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x, y, size + 6, 0, 7);
      context.stroke();
    }
  }
  // Statuses: 0 fights, 1 destroyed, 2 runs, 3 has left, 4 in reserve.
  function dot([x, y], index, health, status, size) {
    if (status > 2) return;
    context.fillStyle = context.strokeStyle = colour(FILM.faction[index]);
    const r = status === 1 ? size * 0.5 : size * (0.5 + 0.5 * health / 100);
    context.globalAlpha = status === 1 ? 0.35 : 0.4 + 0.6 * health / 100;
    context.lineWidth = 1.5;
    context.beginPath();
    if (status === 1) {
      context.moveTo(x - r, y - r); context.lineTo(x + r, y + r); context.moveTo(x + r, y - r); context.lineTo(x - r, y + r);
      context.stroke();
      return;
    }
    const outline = { circle: () => context.arc(x, y, r, 0, 7), square: () => context.rect(x - r, y - r, 2 * r, 2 * r),
      triangle: () => { context.moveTo(x, y - r * 1.2); context.lineTo(x + r * 1.1, y + r); context.lineTo(x - r * 1.1, y + r); context.closePath(); },
      diamond: () => { context.moveTo(x, y - r * 1.3); context.lineTo(x + r * 1.3, y); context.lineTo(x, y + r * 1.3); context.lineTo(x - r * 1.3, y); context.closePath(); } };
    outline[shape(FILM.faction[index])]();
    if (status === 2) context.stroke(); else context.fill();
  }
  let grip = null;
  canvas.addEventListener("pointerdown", (event) => { grip = { x: event.offsetX, y: event.offsetY, moved: false }; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const [dx, dy] = [event.offsetX - grip.x, event.offsetY - grip.y];
    if (!grip.moved && Math.hypot(dx, dy) < 4) return;
    const unit = Math.min(canvas.clientWidth, canvas.clientHeight) / (FILM.size * 1.06) * view.scale;
    view.x -= dx / unit;
    view.y -= dy / unit;
    grip = { x: event.offsetX, y: event.offsetY, moved: true };
    paint();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (grip && !grip.moved) {
      const near = place.map(([x, y], index) => [Math.hypot(x - event.offsetX, y - event.offsetY), index]);
      const best = near.reduce((one, other) => other[0] < one[0] ? other : one, [Infinity, -1]);
      choose(best[0] < 24 ? best[1] : -1);
    }
    grip = null;
  });
  canvas.addEventListener("wheel", (event) => { event.preventDefault(); zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2); }, { passive: false });
  return { paint };
}

// Attrition, damage and morale, with the cursor at the round that is shown.
function charts() {
  const holder = el("div", { className: "charts" });
  section("Curves", holder, el("p", { className: "soft" }, "Click a curve to show that round."));
  const line = (field) => DATA.factions.map((name, side) => ({ name, values: DATA.timeline.factions[side][field] }));
  const pick = { onpick: (index) => show(ROUNDS[index]) };
  const plots = [["Attrition", "points of health left", "hp"], ["Damage", "points dealt in the round", "damage_dealt"], ["Morale", "units running", "routing"]]
    .map(([title, unit, field]) => curves(holder, title, unit, ROUNDS, line(field), pick));
  FOLLOWERS.push(() => plots.forEach((plot) => plot.setCursor({ left: plot.valToPos(shown, "x"), top: 10 }, false)));
  FOLLOWERS.push(() => plots.forEach((plot) => plot.setLegend({ idx: shown - 1 }, false)));
}

function losses() {
  section("Losses", el("p", {}, "By faction"), table(DATA.tables.factions, "factions"), el("p", {}, "By fleet"), table(DATA.tables.fleets, "fleets"),
    el("p", {}, "By type"), table(DATA.tables.types, "types"), ...(DATA.tables.ledger ? [el("p", {}, "Who did it: fire of fleet against fleet"), table(DATA.tables.ledger, "ledger")] : []));
}

// The events of the battle, those that a filter leaves, with buttons for more.
function events() {
  const kinds = el("select", { id: "kind", ariaLabel: "kind of event" }, el("option", { value: "" }, "all but fire"), el("option", { value: "*" }, "all"),
    ...EVENTS.kinds.map((kind, index) => el("option", { value: index }, kind)));
  const unit = el("input", { id: "event-unit", placeholder: "unit id", size: 9, ariaLabel: "only events of this unit" });
  const here = el("input", { type: "checkbox", id: "here" });
  const list = el("div", {});
  const count = el("span", { className: "soft" });
  const quiet = new Set(["volley", "shot", "melee"].map((kind) => EVENTS.kinds.indexOf(kind)));
  const fill = () => {
    const rows = [];
    EVENTS.id.forEach((_, row) => {
      const kind = EVENTS.kind[row];
      if (kinds.value === "" ? quiet.has(kind) : kinds.value !== "*" && Number(kinds.value) !== kind) return;
      if (unit.value !== "" && EVENTS.unit[row] !== Number(unit.value) && EVENTS.target[row] !== Number(unit.value)) return;
      if (here.checked && EVENTS.round[row] !== shown) return;
      rows.push(row);
    });
    const some = rows.slice(0, 500);
    const of = (values) => some.map((row) => values[row]);
    const blank = (values) => of(values).map((value) => value === -1 ? "" : String(value));
    count.textContent = rows.length > some.length ? `the first ${some.length} of ${rows.length}` : `${rows.length} events`;
    const words = of(EVENTS.kind).map((kind) => EVENTS.kinds[kind].replaceAll("_", " "));
    const factions = of(EVENTS.faction).map((side) => DATA.factions[side] ?? "");
    list.replaceChildren(table([["id", of(EVENTS.id)], ["round", of(EVENTS.round)], ["kind", words], ["faction", factions], ["unit", blank(EVENTS.unit)],
      ["target", blank(EVENTS.target)], ["weapon", blank(EVENTS.weapon)], ["points", of(EVENTS.amount)], ["cause", blank(EVENTS.cause)]], "events", (index) => {
      const row = some[index];
      show(EVENTS.round[row]);
      const whose = EVENTS.kinds[EVENTS.kind[row]] === "kill" ? EVENTS.target[row] : EVENTS.unit[row];
      if (FILM) choose(FILM.id.indexOf(whose));
    }));
  };
  kinds.addEventListener("change", fill);
  unit.addEventListener("input", fill);
  here.addEventListener("change", fill);
  FOLLOWERS.push(() => { if (here.checked) fill(); });
  section("Events", el("div", { className: "bar" }, kinds, unit, el("label", {}, here, " this round only"), count), list);
  fill();
}

// Where the time went: a bar whose parts are the systems, and the table.
function profile() {
  const [name, share] = ["name", "share"].map((wanted) => column(DATA.tables.profile, wanted));
  const parts = name.map((text, index) => [share[index], text, index]).filter(([part]) => part > 0.004).sort((a, b) => b[0] - a[0]);
  const flame = el("div", { className: "flame", role: "img", ariaLabel: "share of the time of each system" }, ...parts.map(([part, text, index]) => {
    const made = el("span", { title: `${text}: ${(100 * part).toFixed(1)} %` }, part > 0.06 ? text : "");
    made.style.flex = String(part);
    made.style.background = COLOURS[[0, 5, 4, 2, 3, 1, 6][index % 7]];
    return made;
  }));
  section("Where the time went", flame, table(DATA.tables.profile, "profile"));
}

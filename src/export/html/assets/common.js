"use strict";
// What all pages share: elements, tables, curves, colours. Names reach the page as text, never as markup.
const DATA = JSON.parse(document.getElementById("data").textContent);
const MAIN = document.getElementById("main");
// Okabe and Ito's colours: told apart by the colour-blind too. Shapes say the same a second time.
const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C8C8C"];
const SHAPES = ["circle", "square", "triangle", "diamond"];
const colour = (index) => COLOURS[index % COLOURS.length];
const shape = (index) => SHAPES[index % SHAPES.length];

function el(tag, properties, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name in made && name !== "list") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function section(title, ...children) {
  const heading = el("h2", {}, title);
  const made = el("section", { ariaLabel: title }, heading, ...children);
  MAIN.append(made);
  return made;
}

function number(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value)) return value.toLocaleString("en");
  return value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 1 ? 3 : 1 });
}

// A table of columns [name, values]; `onrow` makes rows that can be chosen.
function table(columns, label, onrow) {
  const numeric = columns.map(([, values]) => values.some((value) => typeof value === "number"));
  const head = el("tr", {}, ...columns.map(([name], index) =>
    el("th", { scope: "col", className: numeric[index] ? "number" : "" }, name.replaceAll("_", " "))));
  const rows = columns.length ? columns[0][1].map((_, row) => {
    const made = el("tr", {}, ...columns.map(([name, values], index) => {
      const value = values[row];
      const text = name === "share" ? `${(100 * value).toFixed(1)} %` : typeof value === "boolean" ? (value ? "yes" : "no") : name === "id" || name === "round" ? String(value) : number(value);
      return el("td", { className: numeric[index] ? "number" : "" }, text);
    }));
    if (onrow) {
      made.tabIndex = 0;
      made.addEventListener("click", () => onrow(row));
      made.addEventListener("keydown", (event) => { if (event.key === "Enter") onrow(row); });
    }
    return made;
  }) : [];
  return el("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: label },
    el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)));
}

function legend(names) {
  return el("ul", { className: "legend" }, ...names.map((name, index) => el("li", {}, mark(index), el("span", {}, name))));
}

function mark(index) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "-8 -8 16 16");
  svg.setAttribute("width", "16");
  svg.setAttribute("height", "16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", { circle: "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0", square: "M-5-5h10v10h-10z", triangle: "M0-7L7 5H-7z", diamond: "M0-7L7 0L0 7L-7 0z" }[shape(index)]);
  path.setAttribute("fill", colour(index));
  svg.append(path);
  return svg;
}

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const PLOTS = [];

// Curves over `x`, a line for each of `lines` ({name, values}); `onpick` is told the index of a click.
function curves(parent, title, unit, x, lines, { label = "round", onpick, log } = {}) {
  const holder = el("div", { role: "img", ariaLabel: `${title}, ${unit}, by ${label}` });
  parent.append(holder);
  const width = () => Math.max(240, parent.clientWidth / (innerWidth > 900 && parent.classList.contains("charts") ? 3 : 1) - 12);
  const axis = (text) => ({ label: text, labelSize: 22, labelFont: "12px system-ui, sans-serif", font: "12px system-ui, sans-serif", stroke: () => style("--ink"), grid: { stroke: () => style("--line"), width: 1 }, ticks: { stroke: () => style("--line"), width: 1 } });
  const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
  const plot = new uPlot({
    title, width: width(), height: 230,
    scales: { x: { time: false, distr: log ? 3 : 1 }, y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.05 : 1] } },
    axes: [axis(label), { ...axis(unit), size: 64, values: (_, ticks) => ticks.map((tick) => tick === null ? "" : number(tick)) }],
    series: [{ label, value: (_, value) => value === null ? "–" : String(value) }, ...lines.map((line, index) => ({
      label: line.name, stroke: colour(line.index ?? index), width: 2, dash: dashes[(line.index ?? index) % 4], points: { show: x.length < 3 }, value: (_, value) => number(value) }))],
    cursor: { y: false, points: { size: 7 } }, legend: { show: lines.length <= 6 },
  }, [x, ...lines.map((line) => line.values)], holder);
  if (onpick) plot.over.addEventListener("click", () => { if (plot.cursor.idx !== null) onpick(plot.cursor.idx); });
  PLOTS.push({ plot, width });
  return plot;
}

// A column of a table that the page was given.
const column = (columns, name) => columns.find(([known]) => known === name)[1];

function facts(pairs) {
  const holder = document.getElementById("facts");
  holder.className = "soft";
  holder.textContent = pairs.filter(([, value]) => value !== null && value !== "").map(([name, value]) => `${name} ${value}`).join(" · ");
}

function again() {
  const rules = (DATA.rules || []).map(([name, value]) => el("li", {}, `${name} = ${value}`));
  section("Run it again", el("p", {}, el("code", {}, DATA.again)),
    el("p", {}, `Seed ${DATA.seed}. Digest `, el("code", {}, DATA.digest), ". Equal seeds, inputs and rules give equal digests on every machine."),
    ...(DATA.rules ? [el("p", {}, rules.length ? "Rules that differ from the book:" : "The rules are those of the book."), el("ul", {}, ...rules)] : []),
    el("p", { className: "soft" }, `multi_universe_core ${DATA.version}. Curves: uPlot (MIT licence).`));
}

document.getElementById("headline").textContent = DATA.headline;
document.documentElement.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
const REPAINT = [];
document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  PLOTS.forEach(({ plot }) => plot.redraw(false));
  REPAINT.forEach((paint) => paint());
});
addEventListener("resize", () => {
  PLOTS.forEach(({ plot, width }) => plot.setSize({ width: width(), height: 230 }));
  REPAINT.forEach((paint) => paint());
});

"""The record of figures, and the tables made of it.

A line per figure and run in `benches/record/figures.csv`; the newest line of each name makes the tables of
docs/performance.md, between markers. The prose around the markers is written by hand.
"""

import csv
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from figures import Figure, Goal, goals, limit_of, row, shown, three, times, verdict

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "benches" / "record" / "figures.csv"
PAGE = ROOT / "docs" / "performance.md"
ACCOUNT = "account, per unit and round"
"""The part whose sizes are battles and systems, and which has a table of its own."""
WHOLE = ("all systems", "lineup and report, once a battle")
COLUMNS = (
    "date", "commit", "machine", "part", "size", "peer", "unit", "ours", "theirs", "ratio", "goal", "verdict",
)  # fmt: skip


def here() -> dict[str, str]:
    """When, of which commit (with a + if files were changed since), on which machine."""
    commit = _git("rev-parse", "--short=9", "HEAD") or "unknown"
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", "src", "python", "Cargo.lock")
    return {
        "date": date.today().isoformat(),
        "commit": commit + ("+" if changed else ""),
        "machine": f"{processor()}, {os.cpu_count()} processors",
    }


def processor() -> str:
    """The processor's name and its highest instructions that matter here, where the system says."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    facts = dict(line.split("\t:", 1) if "\t:" in line else (line, "") for line in map(str.strip, lines))
    facts = {name.strip(): value.strip() for name, value in facts.items()}
    flags = facts.get("flags", "").split()
    level = next((name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags), "")
    return " ".join(filter(None, (facts.get("model name", platform.machine()), level)))


def append(figures: Iterable[Figure], about: dict[str, str], path: Path = RECORD) -> None:
    """Append figures to the record, which is made if it is not there."""
    new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerows(about | row(figure) for figure in figures)


def newest(path: Path = RECORD) -> list[Figure]:
    """The newest figure of each name that was ever measured, in order of their last appearance."""
    found: dict[tuple[str, str, str], Figure] = {}
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            theirs = float(line["theirs"]) if line["theirs"] else None
            figure = Figure(
                line["part"], line["size"], float(line["ours"]), line["peer"], theirs, line["unit"]
            )
            found.pop(figure.name, None)
            found[figure.name] = figure
    return list(found.values())


def summary(goal: Goal, figures: Sequence[Figure], among: Sequence[Goal] | None = None) -> tuple[str, str]:
    """The verdict on a goal, and for each of its limits how far its figures are: the worst and the best.

    A goal is reached if all figures are within their limits, and open if one of its limits has none.
    """
    far, missed, open_ = [], 0, 0
    of_goal = [(figure, found[1]) for figure in figures if (found := limit_of(figure, among))]
    for limit in goal.limits:
        covered = [figure for figure, its in of_goal if its is limit]
        if not covered:
            open_ += 1
            far.append(f"{limit.part.strip('*')}: not measured")
            continue
        outcomes = [limit.met(figure) for figure in covered]
        missed += not all(outcomes)
        ends = [
            limit.reached(figure) for figure in sorted(covered, key=lambda figure: _better(limit, figure))
        ]
        reached = ends[0] if len(ends) == 1 or ends[0] == ends[-1] else f"{ends[0]} to {ends[-1]}"
        against = f" against {limit.peer.strip('*')}" if limit.peer not in ("*", "") else ""
        size = f", {limit.size.strip('*').strip()}" if limit.size != "*" else ""
        word = "" if all(outcomes) else f", **missed** by {outcomes.count(False)} of {len(outcomes)}"
        far.append(
            f"{limit.part.strip('*')}{size}{against}: {reached} ({limit.wanted(covered[0].unit)}{word})"
        )
    verdict = "open" if open_ else "reached"
    return f"missed in {missed} of {len(goal.limits)}" if missed else verdict, "; ".join(far)


def _better(limit: object, figure: Figure) -> float:
    """In this order the worst figure is the first."""
    value = figure.ratio if figure.ratio is not None else figure.ours
    return -value if getattr(limit, "most", None) is not None and figure.ratio is None else value


def print_goals(figures: Sequence[Figure]) -> None:
    """The fourteen goals on the console."""
    print("\nThe goals, by the newest figures of the record:")
    for goal in goals():
        outcome, far = summary(goal, figures)
        print(f"{goal.number:>3}  {goal.what}: {outcome}\n     " + far.replace("; ", "\n     "))


def goals_table(figures: Sequence[Figure]) -> str:
    """A line per goal."""
    lines = [
        "| # | goal | verdict | how far | shown by `python benches/bench.py run …` |",
        "|---|---|---|---|---|",
    ]
    for goal in goals():
        outcome, far = summary(goal, figures)
        note = f" {goal.note}" if goal.note else ""
        lines.append(f"| {goal.number} | {goal.what} | {outcome} | {far}.{note} | `{goal.run}` |")
    return "\n".join(lines)


def figures_table(figures: Sequence[Figure]) -> str:
    """A line per figure, part by part."""
    lines = [
        "| what | size | ours | peer | the peer's | ratio | goal | verdict |",
        "|---|---|---|---|---|---|---|---|",
    ]
    parts = list(dict.fromkeys(figure.part for figure in figures))
    for figure in sorted(figures, key=lambda figure: parts.index(figure.part)):
        if figure.part == ACCOUNT:
            continue
        theirs = "" if figure.theirs is None else shown(figure.theirs, figure.unit)
        ratio = "" if figure.ratio is None else times(figure.ratio)
        goal, outcome = verdict(figure)
        cells = (
            figure.part,
            figure.size,
            shown(figure.ours, figure.unit),
            figure.peer,
            theirs,
            ratio,
            goal,
            outcome,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def account_table(figures: Sequence[Figure]) -> str:
    """A line per system, a column per size of battle: ns per unit and round, and the share of all systems."""
    of = {tuple(figure.size.split(", ", 1)): figure.ours for figure in figures if figure.part == ACCOUNT}
    sizes, names = (list(dict.fromkeys(key[place] for key in of)) for place in (0, 1))
    sizes.sort(key=lambda size: int(size.split(" ")[0].replace(",", "")))
    lines = [f"| ns per unit and round | {' | '.join(sizes)} |", "|---" * (len(sizes) + 1) + "|"]
    for name in sorted(names, key=lambda name: (name in WHOLE, -of.get((sizes[-1], name), 0.0))):
        cells = []
        for size in sizes:
            spent, whole = of.get((size, name)), of[size, WHOLE[0]]
            share = "" if name in WHOLE or spent is None else f" ({spent / whole:.0%})"
            cells.append("" if spent is None else f"{three(1e9 * spent)}{share}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def write_tables(figures: Sequence[Figure], page: Path = PAGE) -> None:
    """Put the tables between their markers on the page; what is around them stays."""
    text = page.read_text(encoding="utf-8")
    text = between(text, "goals", goals_table(figures))
    text = between(text, "account", account_table(figures))
    text = between(text, "figures", figures_table(figures))
    page.write_text(text, encoding="utf-8", newline="\n")


def between(text: str, name: str, table: str) -> str:
    """The text with what stands between the markers of this name replaced."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise ValueError(f"expected one {begin} and, behind it, one {end}")
    return f"{text[: text.index(begin)]}{begin}\n{table}\n{text[text.index(end) :]}"


def _git(*arguments: str) -> str:
    """What git says, or nothing: a source package has none."""
    try:
        said = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return said.stdout.strip()

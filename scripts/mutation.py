"""Mutation testing of the rules with one build: all mutants in one binary, of which a variable chooses one.

    cp -r . ../mutated && cargo install cargo-mutants
    python scripts/mutation.py ../mutated 'src/systems/*.rs' --out mutants.csv

cargo-mutants says what could be broken; it would build the crate anew for each. Here the body of a function
becomes a match over the number in `MUC_MUTANT`, with the whole mutated body in each arm, so that 900 mutants
cost one build. An arm that does not compile is taken out, and counted as unviable. The copy of the tree is
changed, and of no use afterwards. A run that was stopped goes on with a fresh copy and its table.
"""

import argparse
import csv
import json
import os
import re
import resource
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SWITCH = """
/// Which mutant lives.
#[doc(hidden)]
#[allow(missing_docs)]
pub mod mutant {
    static ALIVE: std::sync::LazyLock<u32> =
        std::sync::LazyLock::new(|| std::env::var("MUC_MUTANT").map_or(0, |text| text.parse().unwrap_or(0)));
    #[inline]
    pub fn alive() -> u32 {
        *ALIVE
    }
}
"""
# Processor time and memory of one test program. A mutant that loops for ever or asks for everything is dead.
CPU_SECONDS, BYTES = 60, 6 << 30


@dataclass
class Mutant:
    """One change of the source."""

    number: int
    name: str
    file: str
    function: tuple[int, int]
    change: tuple[int, int]
    replacement: str
    state: str = "planted"
    killer: str = ""
    lines: range = field(default_factory=lambda: range(0))


def listed(tree: Path, globs: list[str]) -> list[Mutant]:
    """What cargo-mutants would break in these files."""
    files = [word for glob in globs for word in ("--file", glob)]
    done = subprocess.run(
        ["cargo", "mutants", "--list", "--json", *files], cwd=tree, capture_output=True, text=True, check=True
    )
    texts: dict[str, str] = {}
    mutants = []
    for number, entry in enumerate(json.loads(done.stdout), 1):
        text = texts.setdefault(entry["file"], (tree / entry["file"]).read_text())
        span, place = entry["span"], entry["function"]
        if place is None:  # a constant's value is needed when the mutant is not yet known
            continue
        function = place["span"]
        if place["return_type"].startswith("-> impl"):  # all arms would have to be of one type
            continue
        mutants.append(
            Mutant(
                number=number,
                name=entry["name"],
                file=entry["file"],
                function=(offset(text, function["start"]), offset(text, function["end"])),
                change=(offset(text, span["start"]), offset(text, span["end"])),
                replacement=entry["replacement"],
            )
        )
    return mutants


def offset(text: str, place: dict[str, int]) -> int:
    """Line and column, from one, as a place in the text."""
    start = 0
    for _ in range(place["line"] - 1):
        start = text.index("\n", start) + 1
    return start + place["column"] - 1


def body_of(text: str, function: tuple[int, int]) -> int:
    """Where the body's brace opens: the first one after the arguments."""
    # Comments go first, and keep their place, since they may name functions and hold braces.
    text = re.sub(r"//[^\n]*", lambda comment: " " * len(comment[0]), text[: function[1]])
    depth, place = 0, text.index("(", text.index("fn ", function[0]))
    while True:
        if text[place] in "([":
            depth += 1
        elif text[place] in ")]":
            depth -= 1
        elif text[place] == "{" and depth == 0:
            return place
        place += 1


def plant(tree: Path, pristine: dict[str, str], mutants: list[Mutant]) -> None:
    """Writes the sources with all mutants that are still planted, and notes the lines of each."""
    for file, text in pristine.items():
        of_function: dict[tuple[int, int], list[Mutant]] = defaultdict(list)
        for mutant in mutants:
            if mutant.file == file and mutant.state != "unviable":
                of_function[mutant.function].append(mutant)
        parts, at, line = [], 0, 1
        for function, group in sorted(of_function.items()):
            opens = body_of(text, function)
            parts.append(text[at:opens] + "{ match crate::mutant::alive() {\n")
            line += parts[-1].count("\n")
            for mutant in group:
                first, last = mutant.change
                body = text[opens:first] + mutant.replacement + " " + text[last : function[1]]
                parts.append(f"{mutant.number} => {body}\n")
                mutant.lines = range(line, line + parts[-1].count("\n"))
                line = mutant.lines.stop
            parts.append(f"_ => {text[opens : function[1]]}\n}} }}")
            line += parts[-1].count("\n")
            at = function[1]
        (tree / file).write_text("".join(parts) + text[at:])


def build(tree: Path, command: list[str], mutants: list[Mutant]) -> list[dict[str, Any]]:
    """What cargo says; nothing if mutants were at fault, which are unviable from now on."""
    done = subprocess.run([*command, "--message-format=json"], cwd=tree, capture_output=True, text=True)
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode == 0:
        return messages
    taken = 0
    for message in messages:
        if message.get("reason") != "compiler-message" or message["message"]["level"] != "error":
            continue
        spans = [(span["file_name"], span["line_start"]) for span in message["message"]["spans"]]
        for mutant in mutants:
            if mutant.state == "planted" and any(f == mutant.file and at in mutant.lines for f, at in spans):
                mutant.state = "unviable"
                taken += 1
    if not taken:
        sys.exit(done.stderr + "\n".join(m["message"]["rendered"] for m in messages if "message" in m))
    return []


def limits() -> None:
    """Of the processor, since a pause of the whole machine is not the mutant's fault."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def survives(tree: Path, number: int, test: list[str]) -> bool:
    """Whether a test program passes while this mutant lives."""
    done = subprocess.run(
        test,
        cwd=tree,
        env={**os.environ, "MUC_MUTANT": str(number), "RUST_BACKTRACE": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=limits,
    )
    return done.returncode == 0


def main() -> None:
    """Plants, builds, and runs the tests once for each mutant, the quickest test first."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tree", type=Path, help="a copy of the tree, which is changed")
    parser.add_argument("globs", nargs="+", help="which files, as for cargo-mutants")
    parser.add_argument("--out", type=Path, default=Path("mutants.csv"))
    options = parser.parse_args()
    tree = options.tree.resolve()
    mutants = listed(tree, options.globs)
    if options.out.exists():
        known = {row["name"]: row for row in csv.DictReader(options.out.open())}
        for mutant in mutants:
            if mutant.name in known:
                mutant.state, mutant.killer = known[mutant.name]["state"], known[mutant.name]["killer"]
    pristine = {file: (tree / file).read_text() for file in {mutant.file for mutant in mutants}}
    (tree / "src/lib.rs").write_text((tree / "src/lib.rs").read_text() + SWITCH)
    # Lints are not what is tested here.
    manifest = (tree / "Cargo.toml").read_text().replace('"deny"', '"allow"')
    (tree / "Cargo.toml").write_text(manifest)
    check = ["cargo", "check", "--release", "--features", "cli", "--lib"]
    while True:
        plant(tree, pristine, mutants)
        if build(tree, check, mutants):
            break
    tested = ["cargo", "test", "--release", "--features", "cli", "--no-run", "--lib", "--test", "suite"]
    made = build(tree, tested, mutants)
    programs = {
        (one["target"]["name"], "test" in one["target"]["kind"] or one["profile"]["test"]): one["executable"]
        for one in made
        if one.get("executable")
    }
    subprocess.run(["cargo", "build", "--release", "--features", "cli", "--bin", "muc"], cwd=tree, check=True)
    goldens = ["--digests", "tests/golden/digests.toml", "scenarios"]
    # The text search of the tree and the fuzzed seeds look at other things.
    tests = [
        ["target/release/muc", "verify", *goldens],
        [programs["suite", True], "--skip", "floors::", "--skip", "fuzzed::"],
        [programs["multi_universe_core", True]],
    ]
    for test in tests:
        assert survives(tree, 0, test), f"without a mutant: {test}"
    alive = [mutant for mutant in mutants if mutant.state == "planted"]
    for done, mutant in enumerate(alive, 1):
        killer = next((test for test in tests if not survives(tree, mutant.number, test)), None)
        mutant.state = "killed" if killer else "survived"
        mutant.killer = " ".join(Path(killer[0]).name.split("-")[:1]) if killer else ""
        print(f"{done}/{len(alive)} {mutant.state} {mutant.killer} {mutant.number} {mutant.name}", flush=True)
        write(options.out, mutants)


def write(path: Path, mutants: list[Mutant]) -> None:
    """The table, anew after each, so that a run that is stopped has its result."""
    with path.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["number", "state", "killer", "name"])
        rows.writerows([mutant.number, mutant.state, mutant.killer, mutant.name] for mutant in mutants)


if __name__ == "__main__":
    main()

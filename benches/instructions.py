"""Count the instructions of six hot kernels under valgrind, and compare them with benches/instructions.toml.

    python benches/instructions.py [--bless] [NAME ...]

A count is of one pass of a kernel: a run with three passes less a run with one, halved. Times drift on a
shared machine, counts do not: they change with the code, the compiler and, a little, the C library. The
least level is forced (MUC_SIMD=baseline): valgrind knows no AVX-512. Exit code 1 if a kernel needs more
than the tolerance allows; --bless writes the file anew, in the commit that says why.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
BASELINE = ROOT / "benches" / "instructions.toml"
NAMES = ("targeting", "movement", "shooting", "damage", "replicas", "nearest")
TOLERANCE = 0.03


def program() -> str:
    """The compiled kernels, built if they are not."""
    build = ["cargo", "bench", "--locked", "--no-run", "--bench", "instructions", "--message-format=json"]
    said = subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in said.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "instructions":
            return str(message["executable"])
    raise SystemExit("instructions: cargo named no program")


def executed(path: str, name: str, times: int) -> int:
    """All instructions of a run."""
    forced = os.environ | {"MUC_SIMD": "baseline", "MUC_THREADS": "1"}
    with tempfile.TemporaryDirectory() as folder:
        valgrind = [
            "valgrind",
            "--tool=callgrind",
            f"--callgrind-out-file={folder}/out",
            path,
            name,
            str(times),
        ]
        said = subprocess.run(valgrind, env=forced, check=True, capture_output=True, text=True).stderr
    found = re.search(r"Collected : (\d+)", said)
    if found is None:
        raise SystemExit(f"instructions: valgrind counted nothing:\n{said}")
    return int(found[1])


def judged(counts: Mapping[str, int], expected: Mapping[str, int], tolerance: float) -> list[str]:
    """A line for each kernel that needs more than it may, or that the baseline does not have."""
    faults = []
    for name, count in counts.items():
        if name not in expected:
            faults.append(f"{name}: {count:,} instructions, and no baseline")
        elif count > expected[name] * (1 + tolerance):
            more = 100 * (count / expected[name] - 1)
            faults.append(
                f"{name}: {count:,} instructions, expected {expected[name]:,}: {more:+.1f} %, "
                f"at most {100 * tolerance:+.0f} %"
            )
    return faults


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--bless", action="store_true", help="write the counts as what is expected")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all if none is named"
    )
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no kernel {unknown.pop()!r}; there are {', '.join(NAMES)}")
    for tool in ("cargo", "valgrind"):
        if shutil.which(tool) is None:
            print(f"instructions: {tool} is not there", file=sys.stderr)
            return 2
    path, counts = program(), {}
    expected = tomllib.loads(BASELINE.read_text(encoding="utf-8"))["instructions"]
    for name in options.names or NAMES:
        counts[name] = (executed(path, name, 3) - executed(path, name, 1)) // 2
        change = f"{100 * (counts[name] / expected[name] - 1):+7.2f} %" if name in expected else ""
        print(f"{name:10} {counts[name]:>12,} instructions {change}", flush=True)
    if options.bless:
        write(expected | counts)
        return 0
    faults = judged(counts, expected, TOLERANCE)
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults else 0


def write(counts: Mapping[str, int]) -> None:
    """The file that says what is expected."""
    compiler = subprocess.run(
        ["rustc", "--version"], capture_output=True, text=True, check=True
    ).stdout.split()[1]
    lines = [
        "# Instructions of one pass of each kernel, written by `python benches/instructions.py --bless`",
        f"# (`make instructions` compares), with rustc {compiler} at MUC_SIMD=baseline on x86-64.",
        "[instructions]",
        *(f"{name} = {counts[name]}" for name in NAMES if name in counts),
    ]
    BASELINE.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())

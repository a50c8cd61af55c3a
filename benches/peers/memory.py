"""What a mirror, a battle and many battles hold in memory. Linux only: it reads /proc.

    python benches/peers/memory.py

The mirror: growth of the process by the push of 1,000,000 units with two weapons each, when what was pushed
is freed again. A battle: the peak of the process during a battle of 100,000 units, less what the mirror
held before it, over the bytes of the battle's columns (`src/ecs/components.rs`); the report is a part of
it. Many battles: the slope of the process's memory over 100,000 of them (`scripts/long_run.py`).
"""

import gc
import os
import re
import subprocess
import sys
from pathlib import Path

from armies import fought, kernel

from beside import heading
from figures import Figure, show

ROOT = Path(__file__).parents[2]
BYTES = {"f64": 8, "u64": 8, "i64": 8, "u32": 4, "u16": 2, "u8": 1}


def resident() -> int:
    """Resident memory of this process, in bytes."""
    gc.collect()
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def peak() -> int:
    """The most that this process ever held, in bytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def column_bytes() -> list[int]:
    """Bytes of a row of the battle's units, and of its mounts."""
    source = (ROOT / "src" / "ecs" / "components.rs").read_text(encoding="utf-8")
    declared = source.split("battle_columns! {")[1:]
    return [
        sum(BYTES[kind] for kind in re.findall(r"^ +\w+: \w+\((\w+)\);", part, re.M)) for part in declared
    ]


def mirror() -> None:
    """A million units with two weapons each."""
    small = kernel(100, 2)
    before = resident()
    made = kernel(1_000_000, 2)
    per = (resident() - before) / 1_000_000
    assert len(made.units()) == 1_000_000 and len(small.units()) == 100
    show(Figure("memory of the mirror, per unit with 2 weapons", "1,000,000 units", per, unit="B"))


def battle() -> None:
    """A battle of 100,000 units with three weapons each."""
    made = kernel(100_000)
    before = peak()
    report = fought(made, 1, 8)
    assert report.rounds == 8
    unit, mount = column_bytes()
    columns = 100_000 * (unit + 3 * mount)
    grown = max(peak() - before, 0)
    size = "100,000 units with 3 weapons"
    show(Figure("bytes of a battle's columns", size, columns, unit="B"))
    show(Figure("memory of a battle, of its columns", size, grown / columns, unit="1"))


def many() -> None:
    """100,000 battles in a row."""
    command = [sys.executable, str(ROOT / "scripts" / "long_run.py"), "--battles", "100000", "--pushes", "10"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    slope = re.search(r"^battles of[^~]*?slope of the second half: ([+-][\d.]+) bytes", said, re.MULTILINE)
    if slope is None:
        raise SystemExit(f"long_run.py said:\n{said}")
    left = float(slope[1])
    show(Figure("memory left behind, per battle", "100,000 battles of 8 units", left, unit="B"))


PARTS = {"mirror": mirror, "battle": battle, "many": many}

if __name__ == "__main__":
    if len(sys.argv) > 1:
        PARTS[sys.argv[1]]()
    else:
        heading("memory")
        for part in PARTS:
            # Each in a process of its own: what one has freed would hide what the next one takes.
            subprocess.run([sys.executable, __file__, part], check=True)

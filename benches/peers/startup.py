"""Import on top of NumPy, the first battle of a process, and the size of the wheel.

    python benches/peers/startup.py

The wheel is the newest in target/wheels or dist; if none was built, the package with this build's
extension, stripped of symbols (if `strip` is there) and compressed as a wheel is.
"""

import io
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import multi_universe_core as muc
from beside import heading
from figures import Figure, show

ROOT = Path(__file__).parents[2]
SCRIPT = """
import time
start = time.perf_counter(); import numpy; numpy_ = time.perf_counter() - start
start = time.perf_counter(); import multi_universe_core as muc; ours = time.perf_counter() - start
start = time.perf_counter()
kernel = muc.Kernel(seed=1)
kernel.push(
    factions={"name": ["A", "B"]}, treaties={"a": ["A"], "b": ["B"], "kind": ["war"]},
    fleets={"id": [1, 2], "faction": ["A", "B"], "location": [7, 7]},
    units={"id": range(100), "fleet": [1 + i % 2 for i in range(100)], "max_hp": [50.0] * 100},
    weapons={"unit": range(100), "slot": [0] * 100, "range": [90.0] * 100},
)
report = kernel.resolve(location=7)
first = time.perf_counter() - start
assert report.factions["kills"].sum() > 0
print(numpy_, ours, first)
"""


def times() -> None:
    """Medians of fresh processes."""
    runs = []
    for _ in range(15):
        said = subprocess.run(
            [sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True
        ).stdout
        runs.append([float(word) for word in said.split()])
    theirs, ours, first = (statistics.median(column) for column in zip(*runs, strict=True))
    show(Figure("import, on top of NumPy", "1 process", ours, "import numpy", theirs))
    show(Figure("first battle of a process: kernel, push, resolve", "100 ships", first))


def wheel() -> None:
    """Bytes."""
    part = "size of the wheel"
    built = sorted(
        (path for folder in ("target/wheels", "dist") for path in ROOT.joinpath(folder).glob("*.whl")),
        key=lambda path: path.stat().st_mtime,
    )
    if built:
        show(Figure(part, "as built by maturin", built[-1].stat().st_size, unit="B"))
        return
    package, zipped = Path(muc.__file__).parent, io.BytesIO()
    with (
        zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive,
        tempfile.TemporaryDirectory() as folder,
    ):
        for path in package.rglob("*"):
            if path.suffix == ".so" and shutil.which("strip"):
                copy = Path(folder, path.name)
                subprocess.run(["strip", "-o", copy, path], check=True)
                archive.write(copy, path.name)
            elif path.is_file() and path.suffix != ".pyc":
                archive.write(path, path.relative_to(package))
    show(Figure(part, "as a stripped build packs", zipped.tell(), unit="B"))


if __name__ == "__main__":
    heading("startup")
    times()
    wheel()

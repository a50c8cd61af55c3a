"""Every example runs to its end, and says and writes what it should."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
# Read by the others, and no program.
PARTS = {"rosters.py"}


def run(name: str, *arguments: str, folder: Path) -> str:
    """What an example prints; warnings are errors, and the rosters beside the checkout are not looked at."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MUC_")}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_battle_manager_and_the_kernel_agree(tmp_path: Path) -> None:
    said = run("battle_manager.py", folder=tmp_path)
    assert "campaign and mirror agree" in said and "the same digest" in said


def test_plain_objects_are_read_fought_and_written(tmp_path: Path) -> None:
    said = run("plain_objects.py", folder=tmp_path)
    assert "Hegemony wins" in said and "ships are left" in said
    assert "unit 3 of 'Synod' ('Choir 4'), plating: got 'thick' (str), expected a number" in said


def test_each_hot_path_gives_the_answers_of_its_twin(tmp_path: Path) -> None:
    said = run("hot_paths.py", folder=tmp_path)
    names = ("fleet_lookup", "treaty_matrix", "battle_finalization", "distance_calculator", "unit_strength")
    for name in (*names, "batch_shooting"):
        assert f"{name}: safe to switch" in said or f"{name}: not safe to switch" in said
    # Times are the machine's; that the answers agree is not.
    assert said.count("+ all 400 answers agree") == len(names)
    assert "+ the answer, distance of the distributions over 4000 calls" in said
    assert "differ;" not in said and "chance explains" not in said


def test_shadow_mode_finds_the_fault_and_lets_the_right_one_pass(tmp_path: Path) -> None:
    said = run("shadow_mode.py", folder=tmp_path)
    assert "faulty_volley: not safe to switch\n  - the answer, distance" in said
    assert "new_volley: safe to switch\n" in said
    assert "batch_shooting = true: answered by {'rust': 1, 'python': 1}, errors {'volley': 1}" in said
    assert "batch_shooting = false: answered by {'rust': 0, 'python': 2}, errors {}" in said


def test_polars_to_odds_prints_frames_and_writes_plots(tmp_path: Path) -> None:
    said = run("polars_to_odds.py", str(tmp_path), folder=tmp_path)
    assert said.count("shape: ") == 4 and "armor 60" in said
    for plot in ("odds.png", "armour.png"):
        assert (tmp_path / plot).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", sorted({path.name for path in EXAMPLES.glob("*.py")} - PARTS))
def test_every_example_is_in_the_list_and_is_run_by_a_test(name: str) -> None:
    assert f"`{name}`" in (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert f'run("{name}"' in Path(__file__).read_text(encoding="utf-8")

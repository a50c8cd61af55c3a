"""Flags come from the file and from the environment over it, and nothing misspelt goes unnoticed."""

from __future__ import annotations

import copy
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

import multi_universe_core as muc
from multi_universe_core.rollout import HOT_PATHS, FeatureFlags, FlagError
from multi_universe_core.rollout._flags import _SETTINGS

ROOT = Path(__file__).parents[2]
# The guide's own file.
GUIDE = """[features]
fleet_lookup = true
treaty_matrix = false
battle_finalization = false
distance_calculator = false
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "rust_features.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_guides_file_is_read_and_what_it_does_not_name_is_off(tmp_path: Path) -> None:
    flags = FeatureFlags(written(tmp_path, GUIDE), environ={})
    assert {name for name, on in flags.items() if on} == {"fleet_lookup"}
    assert tuple(flags) == HOT_PATHS and len(flags) == len(HOT_PATHS)
    assert flags.use_rust_fleet_lookup is True and flags.use_rust_treaty_matrix is False
    assert flags.place("treaty_matrix").endswith("rust_features.toml, [features]")
    assert flags.place("battle") == "default"
    assert "fleet_lookup: on (" in repr(flags)


@pytest.mark.parametrize("text", ["0", "false", "OFF", " no "])
def test_the_environment_switches_off_what_the_file_switches_on(tmp_path: Path, text: str) -> None:
    flags = FeatureFlags(written(tmp_path, GUIDE), environ={"MUC_FLEET_LOOKUP": text, "PATH": "/bin"})
    assert not flags["fleet_lookup"]
    assert flags.place("fleet_lookup") == "environment variable MUC_FLEET_LOOKUP"


def test_own_names_and_another_default() -> None:
    flags = FeatureFlags(names=("lookup", "sums"), default=True, environ={"MUC_SUMS": "0"})
    assert dict(flags) == {"lookup": True, "sums": False}


def test_every_fault_of_file_and_environment_is_named_with_its_place(tmp_path: Path) -> None:
    file = written(tmp_path, '[features]\nfleet_lokup = true\nbattle = 1\nunit_strength = "on"\n[more]\n')
    with pytest.raises(FlagError) as refusal:
        FeatureFlags(file, environ={"MUC_BATLE": "0", "MUC_TREATY_MATRIX": "perhaps"})
    assert isinstance(refusal.value, muc.KernelError) and isinstance(refusal.value, ValueError)
    assert str(refusal.value).splitlines() == [
        f"{file}, more: got an unknown name, expected the table [features] alone (one of features)",
        f"{file}, [features] fleet_lokup: got an unknown name, expected a flag's: did you mean fleet_lookup?",
        f"{file}, [features] battle: got 1, expected true or false",
        f"{file}, [features] unit_strength: got 'on', expected true or false",
        "environment variable MUC_BATLE: got an unknown name, expected a flag's: did you mean MUC_BATTLE?",
        "environment variable MUC_TREATY_MATRIX: got 'perhaps', "
        "expected one of 1, true, on, yes, 0, false, off, no",
    ]
    assert refusal.value.count == len(refusal.value.faults) == 6
    assert pickle.loads(pickle.dumps(refusal.value)).faults == refusal.value.faults


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "No such file"),
        ("[features\n", "line 1"),
        ("features = true\n", "features: got True, expected a table"),
        ("[features]\nbattle = true\nbattle = true\n", "line 3"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, text: str | None, message: str) -> None:
    file = tmp_path / "absent.toml" if text is None else written(tmp_path, text)
    with pytest.raises(FlagError, match=re.escape(message)) as refusal:
        FeatureFlags(file, environ={})
    assert refusal.value.faults[0]["place"].startswith(str(file))


def test_the_repositorys_other_settings_are_no_flags_and_no_faults() -> None:
    folders = ("src", "python", "tests", "benches", "examples", "scripts", "fuzz")
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.*")]
    texts = [
        path.read_text(encoding="utf-8")
        for path in sources
        if path.suffix in (".rs", ".py") and "rollout" not in str(path) and "target" not in path.parts
    ]
    assert len(texts) > 100
    read = {name for text in texts for name in re.findall(r'"(MUC_[A-Z_]+)"', text)}
    assert {"MUC_SIMD", "MUC_THREADS"} <= read <= _SETTINGS
    FeatureFlags(environ=dict.fromkeys(_SETTINGS, "1"))


def test_names_that_are_no_flags_raise_where_they_are_asked_for() -> None:
    flags = FeatureFlags(environ={})
    with pytest.raises(KeyError):
        flags["fleet_lokup"]
    with pytest.raises(KeyError):
        flags.place("fleet_lokup")
    for name in ("use_rust_fleet_lokup", "fleet_lookup", "use_rust_"):
        with pytest.raises(AttributeError, match=name):
            getattr(flags, name)
    assert dict(copy.deepcopy(flags)) == dict(pickle.loads(pickle.dumps(flags))) == dict(flags)


SCRIPT = """
import sys
import multi_universe_core as muc
from multi_universe_core.rollout import FeatureFlags, with_fallback

flags = FeatureFlags(sys.argv[1])
hits = with_fallback(
    lambda: muc.resolve_shooting_batch({"bs": [50.0]}, seed=1).columns[0],
    lambda: "python's",
    enabled=flags["batch_shooting"],
)
print(hits())
"""


def test_a_flag_in_the_file_moves_the_path_of_the_next_process(tmp_path: Path) -> None:
    def path(**more: str) -> str:
        command = [sys.executable, "-c", SCRIPT, str(file)]
        return subprocess.run(
            command, env={**os.environ, **more}, capture_output=True, text=True, check=True
        ).stdout.strip()

    file = written(tmp_path, "[features]\nbatch_shooting = false\n")
    assert path() == "python's"
    file.write_text("[features]\nbatch_shooting = true\n", encoding="utf-8")
    assert path() == "hits"
    assert path(MUC_BATCH_SHOOTING="0") == "python's"

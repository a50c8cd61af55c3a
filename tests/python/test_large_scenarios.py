"""The large scenarios: written from a seed, and with in them what their names promise."""

from pathlib import Path

import pytest

import large_scenario
import multi_universe_core as muc

FOLDER = Path(__file__).parents[2] / "scenarios" / "large"


def test_the_seed_gives_the_files_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MUC_DATA", raising=False)
    assert large_scenario.main(["--folder", str(tmp_path)]) == 0
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.toml")}
    assert len(written) == len(large_scenario.SCENARIOS)
    for name, text in written.items():
        kept, _, _ = (FOLDER / name).read_text(encoding="utf-8").partition("\n[expect]\n")
        assert kept.rstrip() == text.rstrip(), name


def test_another_seed_gives_other_numbers(tmp_path: Path) -> None:
    draw = [list(large_scenario.siege(large_scenario.Numbers(seed, "siege"))) for seed in (1, 1, 2)]
    assert draw[0] == draw[1] != draw[2]


def test_a_missing_folder_of_rosters_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert large_scenario.main(["--folder", str(tmp_path), "--data", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


def run(name: str) -> muc.BattleReport:
    return muc.Scenario.load(FOLDER / f"{name}.toml").run()


def test_six_factions_are_in_the_battles_of_six() -> None:
    for name in ("six_factions", "six_rosters"):
        report = run(name)
        assert len(report.factions) == 6
        assert len(report.winners) > 1, "allies win together"


def test_in_the_siege_the_fortress_fires_in_all_directions_and_reserves_come_in() -> None:
    report = run("siege")
    starbase = max(report.units, key=lambda unit: unit["shots"])
    guns = report.weapons["shots"][report.weapons["unit"] == starbase["id"]]
    assert (guns > 0).all(), "also those that do not reach its target"
    assert "reserve" not in report.units["status"].tolist(), "all waves have come"


def test_in_the_ground_war_blades_strike_and_nerves_fail() -> None:
    report = run("ground_war")
    armed = set(report.weapons["unit"].tolist())
    blades = [unit for unit in report.units if unit["id"] not in armed]
    assert len(blades) == 90
    assert sum(unit["damage_dealt"] for unit in blades) > 0.2 * report.factions["damage_dealt"].sum()
    assert report.factions["retreated"].sum() > 0
    assert report.timeline["routing"].max() > 0


def test_the_thousand_ships_are_a_thousand() -> None:
    report = run("thousand_ships")
    assert len(report.units) == 1000
    assert report.factions["kills"].sum() > 500

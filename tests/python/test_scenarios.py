"""The scenarios: the fact that each shows decides how its battle ends; accounts are as worked out there."""

import tomllib
from pathlib import Path

import pytest

import multi_universe_core as muc

FOLDER = Path(__file__).parents[2] / "scenarios"

OTHERWISE = tomllib.loads((Path(__file__).parent / "otherwise.toml").read_text(encoding="utf-8"))
NO_CHANGE = OTHERWISE.pop("no_change")
CHANGES = [(f"{family}/{name}", change) for family, all in OTHERWISE.items() for name, change in all.items()]


def ending(report: muc.BattleReport) -> dict[str, object]:
    return {"winner": report.winner or "", "outcome": report.outcome, "rounds": report.rounds}


def changed(text: str, change: list[str]) -> str:
    """A scenario with one thing changed; the comment above it says nothing about the battle."""
    head, battle = text.split("\n[scenario]\n")
    old, new = change if len(change) == 2 else ("[rules]\n", f"[rules]\n{change[0]}\n")
    assert old in battle, "the change is one of the battle"
    return f"{head}\n[scenario]\n{battle.replace(old, new)}"


@pytest.mark.parametrize(("name", "change"), CHANGES, ids=[name for name, _ in CHANGES])
def test_with_one_thing_changed_a_battle_ends_otherwise(name: str, change: list[str], tmp_path: Path) -> None:
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    path = tmp_path / "changed.toml"
    path.write_text(changed(text, change), encoding="utf-8")
    assert ending(muc.Scenario.load(path).run()) != tomllib.loads(text)["expect"]


def test_every_scenario_of_one_fact_says_what_it_rests_on() -> None:
    paths = [path.relative_to(FOLDER).with_suffix("") for path in FOLDER.glob("*/*.toml")]
    names = {path.as_posix() for path in paths if path.parts[0] not in {"large", "regression"}}
    assert names == NO_CHANGE.keys() | {name for name, _ in CHANGES}


def report_of(path: str) -> muc.BattleReport:
    return muc.Scenario.load(FOLDER / path).run()


@pytest.mark.parametrize(
    ("path", "verdict"),
    [("account", "overwhelming"), ("decisive", "decisive"), ("marginal", "marginal"), ("pyrrhic", "pyrrhic")],
)
def test_r_final_4_names_how_clearly_a_battle_was_won(path: str, verdict: str) -> None:
    assert report_of(f"finalize/{path}.toml").decisiveness == verdict


def test_r_final_2_experience_is_what_the_scenarios_say() -> None:
    assert report_of("finalize/account.toml").units["xp_gained"].tolist() == [225.0, 225.0, 0.0, 0.0]
    assert report_of("finalize/experience.toml").units["xp_gained"].tolist() == [184.0, 80.0]


def test_r_final_3_exhaustion_and_plunder_are_what_the_scenarios_say() -> None:
    account = report_of("finalize/account.toml").factions
    assert account["war_exhaustion"].tolist() == [0.0, 0.01]
    assert account["plunder"].tolist() == [50.0, 0.0]
    mixed = report_of("finalize/war_exhaustion.toml").factions
    assert mixed["war_exhaustion"].tolist() == pytest.approx([0.0, 0.009], abs=1e-15)
    assert mixed["plunder"].tolist() == [20.0, 10.0]


def test_r_final_1_who_retreated_is_among_the_remaining() -> None:
    report = report_of("morale/retreat.toml")
    synod = report.factions.row(1)
    assert (synod["units_initial"], synod["units_lost"], synod["units_remaining"]) == (2, 0, 2)
    assert synod["retreated"] == 1
    assert report.units["status"].tolist() == ["destroyed", "retreated", "alive"]


def test_r_damage_2_the_last_point_has_the_kill() -> None:
    units = report_of("damage/credit.toml").units
    assert units["kills"].tolist() == [0, 1, 0]
    assert units["damage_dealt"].tolist() == [100.0, 50.0, 0.0]
    assert units["killed_by"].tolist()[2] == 2

"""Traces, profiles, notebooks, plots and the terminal."""

import json
import sys
from pathlib import Path

import pytest
from conftest import campaign, fleet_battle

import multi_universe_core as muc
from multi_universe_core import _core

DUEL = str(Path(__file__).parents[2] / "scenarios" / "fleet" / "line_battle.toml")
BAD = "<b>Synod</b>"


def test_a_trace_has_a_bar_for_each_system_in_each_round(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    report = fleet_battle(60).resolve(location=7, trace=path)
    events = json.loads(path.read_text())["traceEvents"]
    bars = [event for event in events if event["ph"] == "X"]
    rounds = [bar for bar in bars if bar["cat"] == "round"]
    assert [bar["name"] for bar in rounds] == [f"round {n}" for n in range(1, report.rounds + 1)]
    calls = {row["name"]: row["calls"] for row in report.profile}
    for name, count in calls.items():
        assert sum(bar["name"] == name for bar in bars) == count
    for bar in bars:
        inside = rounds[bar["args"]["round"] - 1]
        assert inside["ts"] <= bar["ts"]
        assert bar["ts"] + bar["dur"] <= inside["ts"] + inside["dur"] + 1e-6
    total = sum(row["total_ns"] for row in report.profile)
    assert sum(bar["dur"] for bar in bars if bar["cat"] == "system") == pytest.approx(total / 1e3)


def test_a_traced_battle_is_the_same_and_a_file_that_cannot_be_written_stops_it(tmp_path: Path) -> None:
    kernel = fleet_battle(60)
    traced = kernel.resolve(location=7, commit=False, trace=tmp_path / "t.json")
    assert traced.digest == kernel.resolve(location=7, commit=False).digest
    before = kernel.digest()
    with pytest.raises(FileNotFoundError, match="cannot write"):
        kernel.resolve(location=7, trace=tmp_path / "nowhere" / "t.json")
    assert kernel.digest() == before


def test_turns_and_odds_have_a_profile_of_all_their_battles() -> None:
    kernel = fleet_battle(60)
    turn = kernel.resolve_turn(commit=False)
    assert turn.profile == turn[7].profile
    odds = kernel.odds(location=7, runs=50, threads=2)
    names = list(turn.profile["name"])
    assert list(odds.profile["name"]) == names
    # Ships do not fight by hand.
    assert [row["name"] for row in odds.profile if row["calls"] == 0] == ["melee::strike"]
    assert odds.profile["share"].sum() == pytest.approx(1)
    again = kernel.odds(location=7, runs=50, threads=1, seed=odds.seed)
    assert again == odds


def test_notebooks_show_names_as_text() -> None:
    kernel = muc.Kernel(seed=1)
    tables = campaign()
    tables["factions"]["name"][1] = tables["treaties"]["b"][0] = BAD
    tables["fleets"]["faction"] = [BAD if name == "Synod" else name for name in tables["fleets"]["faction"]]
    kernel.push(**tables)
    report = kernel.resolve(location=7, commit=False)
    turn, odds = kernel.resolve_turn(commit=False), kernel.odds(location=7, runs=20)
    for shown in (report, turn, odds, report.factions):
        html = shown._repr_html_()
        assert BAD not in html
        assert "&lt;b&gt;Synod&lt;/b&gt;" in html
        assert "<table>" in html


def test_plots_are_figures_with_units_on_their_axes() -> None:
    report = fleet_battle(60).resolve(location=7)
    for figure in (report.plot(), report.timeline.plot()):
        axes = figure.axes
        assert [ax.get_xlabel() for ax in axes][:3] == ["round"] * 3
        assert [ax.get_ylabel() for ax in axes][:3] == [
            "health left, in points",
            "dealt in the round, in points",
            "units running",
        ]
        assert [line.get_label() for line in axes[0].lines] == ["Hegemony", "Synod"]
    with pytest.raises(ValueError, match="expected the timeline of one battle"):
        report.units.plot()


def test_without_matplotlib_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    report = fleet_battle(10).resolve(location=7)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install multi-universe-core\[plot\]"):
        report.plot()


def test_the_command_line_writes_pages_and_traces(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    page, record, trace = (str(tmp_path / name) for name in ("a.html", "b.mucr", "c.json"))
    assert _core.main(["run", DUEL, "--html", page, "--record", record]) == 0
    assert _core.main(["view", record]) == 0
    assert _core.main(["view", DUEL, "-o", str(tmp_path / "d.html")]) == 0
    assert _core.main(["odds", DUEL, "-n", "20", "--html", str(tmp_path / "e.html")]) == 0
    assert _core.main(["turn", DUEL, "--html", str(tmp_path / "f.html")]) == 0
    assert _core.main(["profile", DUEL, "--trace", trace]) == 0
    assert json.loads(Path(trace).read_text())["traceEvents"]
    titles = {}
    for name in ("a", "b", "d", "e", "f"):
        text = (tmp_path / f"{name}.html").read_text()
        titles[name] = json.loads(text.split('id="data">')[1].split("</script>")[0])
    assert titles["a"]["film"] is not None
    assert titles["b"]["digest"] == titles["a"]["digest"] == titles["d"]["digest"]
    assert titles["a"]["again"].startswith("muc run ")
    assert titles["b"]["again"].startswith("muc replay ")
    assert titles["e"]["runs"] == 20
    assert _core.main(["run", DUEL, "--html", str(tmp_path / "nowhere" / "a.html")]) == 2
    assert "cannot write" in capfd.readouterr().err


def test_a_watched_battle_is_played_round_by_round(capfd: pytest.CaptureFixture[str]) -> None:
    assert _core.main(["run", DUEL, "--watch"]) == 0
    out = capfd.readouterr().out
    rounds = muc.Scenario.load(DUEL).run().rounds
    maps = [line for line in out.splitlines() if line.startswith("Round ")]
    assert maps == [f"Round {number}" for number in range(1, rounds + 1)]
    assert "\x1b" not in out
    assert "A  " in out
    assert "B  " in out

"""The table of the benchmarks: what is wanted of a figure, in the record, on the page."""

import dataclasses
import json
from pathlib import Path

import pytest

import bench
import figures
import instructions
import record
from figures import Figure, Goal, Limit

FAST = Figure("search", "1,000 mixed", 2e-9, "a tree", 16e-9)
SLOW = Figure("search", "9,000 mixed", 4e-9, "a tree", 16e-9)
GOAL = Goal(6, "searches", "neighbours", (Limit("search", peer="a tree", ratio=7),))


def test_a_ratio_above_one_is_always_in_our_favour() -> None:
    assert FAST.ratio == 8
    assert Figure("replicas", "100", 300.0, "one thread", 150.0, "/s").ratio == 2
    assert Figure("replicas", "100", 300.0).ratio is None


@pytest.mark.parametrize(
    ("limit", "figure", "met"),
    [
        (Limit("search", ratio=8), FAST, True),
        (Limit("search", ratio=8.1), FAST, False),
        (Limit("search", share=0.125), FAST, True),
        (Limit("search", share=0.12), FAST, False),
        (Limit("search", most=2e-9), FAST, True),
        (Limit("search", most=1.9e-9), FAST, False),
        (Limit("replicas", least=12_000), Figure("replicas", "", 12_000, unit="/s"), True),
        (Limit("replicas", least=12_000), Figure("replicas", "", 11_999, unit="/s"), False),
    ],
)
def test_a_figure_is_met_up_to_its_bound_and_missed_past_it(limit: Limit, figure: Figure, met: bool) -> None:
    goal = Goal(1, "", "", (limit,))
    assert figures.verdict(figure, [goal]) == (limit.wanted(figure.unit), "met" if met else "missed")


def test_a_limit_has_one_bound_and_needs_a_peer_to_be_a_ratio() -> None:
    with pytest.raises(ValueError, match="one of ratio"):
        Limit("search")
    with pytest.raises(ValueError, match="one of ratio"):
        Limit("search", ratio=1, most=1)
    with pytest.raises(ValueError, match="nothing to compare with"):
        Limit("search", ratio=1).met(Figure("search", "", 1.0))


def test_the_first_limit_that_covers_a_figure_holds_and_others_are_wanted_nothing_of() -> None:
    strict, lenient = Limit("search", size="1,000 *", ratio=9), Limit("search", ratio=1)
    goals = [Goal(1, "", "", (strict, lenient))]
    assert figures.limit_of(FAST, goals) == (goals[0], strict)
    assert figures.limit_of(SLOW, goals) == (goals[0], lenient)
    assert figures.verdict(Figure("else", "", 1.0), goals) == ("", "")


def test_a_goal_is_reached_missed_or_open() -> None:
    assert record.summary(GOAL, [FAST], [GOAL])[0] == "reached"
    outcome, far = record.summary(GOAL, [FAST, SLOW], [GOAL])
    assert outcome == "missed in 1 of 1" and "4.00× to 8.00×" in far and "missed** by 1 of 2" in far
    assert record.summary(GOAL, [], [GOAL])[0] == "open"


def test_the_goals_are_the_fourteen_and_each_part_that_shows_one_can_be_run() -> None:
    goals = figures.goals()
    assert [goal.number for goal in goals] == list(range(1, 15))
    assert {part for goal in goals for part in goal.run.split()} <= set(bench.PARTS)
    patterns = [(limit.part, limit.size, limit.peer) for goal in goals for limit in goal.limits]
    assert len(set(patterns)) == len(patterns), "a limit that no figure can reach"


def test_every_limit_has_a_figure_in_the_record() -> None:
    """A pattern that matches nothing would leave a goal open for ever."""
    held = [figures.limit_of(figure) for figure in record.newest()]
    limits = [found[1] for found in held if found]
    missing = [limit for goal in figures.goals() for limit in goal.limits if limit not in limits]
    assert missing == []


def test_the_account_has_a_line_per_system_with_its_share() -> None:
    part, whole = record.ACCOUNT, record.WHOLE[0]
    spent = {
        "20 units, land": 3e-9,
        "20 units, fire": 6e-9,
        f"20 units, {whole}": 9e-9,
        "90 units, fire": 1e-9,
    }
    spent[f"90 units, {whole}"] = 2e-9
    table = record.account_table([Figure(part, size, ours) for size, ours in spent.items()])
    assert table.splitlines()[2:] == [
        "| fire | 6.00 (67%) | 1.00 (50%) |",
        "| land | 3.00 (33%) |  |",
        f"| {whole} | 9.00 | 2.00 |",
    ]


def test_the_record_gives_back_the_newest_of_each_name(tmp_path: Path) -> None:
    path = tmp_path / "record" / "figures.csv"
    about = {"date": "2026-11-24", "commit": "abc", "machine": "a machine, of its kind"}
    record.append([FAST, Figure("alone", "", 3.0, unit="B")], about, path)
    again = dataclasses.replace(FAST, ours=1e-9)
    record.append([again], about, path)
    assert record.newest(path) == [Figure("alone", "", 3.0, unit="B"), again]
    assert path.read_text(encoding="utf-8").count("\n") == 4


def test_what_a_benchmark_shows_is_collected_with_all_digits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(figures.COLLECTED, str(tmp_path / "figures"))
    exact = dataclasses.replace(FAST, ours=1 / 3)
    figures.show(exact)
    figures.show(SLOW)
    lines = (tmp_path / "figures").read_text(encoding="utf-8").splitlines()
    assert figures.collected(lines) == [exact, SLOW]
    assert "search, 9,000 mixed, a tree" in capsys.readouterr().out


def test_the_page_is_written_between_its_markers_only() -> None:
    page = "by hand\n<!-- goals: begin -->\nold\n<!-- goals: end -->\nby hand too\n"
    new = record.between(page, "goals", "| table |")
    assert new == "by hand\n<!-- goals: begin -->\n| table |\n<!-- goals: end -->\nby hand too\n"
    assert record.between(new, "goals", "| table |") == new
    with pytest.raises(ValueError, match="expected one"):
        record.between(page, "figures", "")


def test_the_page_shows_the_newest_figures_of_the_record() -> None:
    text = record.PAGE.read_text(encoding="utf-8")
    newest = record.newest()
    tables = {"goals": record.goals_table, "account": record.account_table, "figures": record.figures_table}
    for name, table in tables.items():
        assert record.between(text, name, table(newest)) == text, "python benches/bench.py table"


def test_criterions_medians_are_per_element(tmp_path: Path) -> None:
    folder = tmp_path / "battle" / "space" / "new"
    folder.mkdir(parents=True)
    about = {"group_id": "battle", "function_id": "space", "value_str": "200", "throughput": {"Elements": 4}}
    (folder / "benchmark.json").write_text(json.dumps(about), encoding="utf-8")
    (folder / "estimates.json").write_text('{"median": {"point_estimate": 8.0}}', encoding="utf-8")
    assert list(bench.measured(tmp_path, since=0.0)) == [Figure("criterion: battle", "space/200", 2e-9)]
    assert list(bench.measured(tmp_path, since=2e12)) == []


def test_more_instructions_than_the_tolerance_are_a_fault_and_fewer_are_not() -> None:
    expected = {"targeting": 1_000, "damage": 1_000}
    assert instructions.judged({"targeting": 1_030, "damage": 100}, expected, 0.03) == []
    (fault,) = instructions.judged({"targeting": 1_031, "damage": 100}, expected, 0.03)
    assert fault.startswith("targeting: 1,031 instructions, expected 1,000: +3.1 %")
    assert instructions.judged({"new": 1}, expected, 0.03) == ["new: 1 instructions, and no baseline"]

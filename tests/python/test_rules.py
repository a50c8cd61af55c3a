"""The class Rules: overrides, files, comparison, pickle."""

import copy
import pickle
from pathlib import Path

import pytest

import multi_universe_core as muc


def test_rules_are_compared_by_value() -> None:
    assert muc.Rules() == muc.Rules()
    assert muc.Rules(hit_floor=0.1) == muc.Rules(hit_floor=0.1)
    assert hash(muc.Rules(hit_floor=0.1)) == hash(muc.Rules(hit_floor=0.1))
    assert muc.Rules(hit_floor=0.1) != muc.Rules()
    assert muc.Rules() != "rules"


def test_a_repr_can_be_run_again() -> None:
    rules = muc.Rules(hit_floor=0.1, max_rounds=7)
    assert repr(rules) == "Rules(hit_floor=0.1, max_rounds=7)"
    assert eval(repr(rules), {"Rules": muc.Rules}) == rules
    assert repr(muc.Rules()) == "Rules()"


def test_rules_can_be_words_and_flags() -> None:
    rules = muc.Rules(retarget="when_lost", morale=False)
    assert (rules.retarget, rules.morale) == ("when_lost", False)
    assert repr(rules) == "Rules(retarget='when_lost', morale=False)"
    assert eval(repr(rules), {"Rules": muc.Rules}) == rules
    with pytest.raises(muc.RulesError, match=r"retarget.*'now'.*'each_round', 'when_lost'"):
        muc.Rules(retarget="now")
    with pytest.raises(muc.RulesError, match=r"hit_floor.*'low'.*a number from 0 to 1"):
        muc.Rules(hit_floor="low")
    words = {row["name"]: row["words"] for row in muc.Rules.describe() if row["kind"] == "str"}
    assert words["morale_dice"] == "2d6, even"


def test_a_preset_is_a_rule_book_by_name() -> None:
    engine = muc.Rules.preset("strategy_engine")
    assert (engine.hardpoint_chance, engine.suppression_from, engine.morale_dice) == (1, "points", "even")
    assert engine.deploy_cap == 200
    fire = muc.Rules.preset("lanchester", volleys=4)
    assert not (fire.morale or fire.hardpoint_chance or fire.regeneration or fire.movement)
    assert fire.volleys == 4
    with pytest.raises(muc.RulesError, match=r"'chess'.*'strategy_engine', 'lanchester'"):
        muc.Rules.preset("chess")


def test_rules_travel() -> None:
    rules = muc.Rules(hit_floor=0.1, max_rounds=7, retarget="when_lost", morale=False)
    assert pickle.loads(pickle.dumps(rules)) == rules
    assert copy.copy(rules) == copy.deepcopy(rules) == rules


def test_rules_are_attributes() -> None:
    assert muc.Rules(max_rounds=7).max_rounds == 7
    assert "max_rounds" in dir(muc.Rules())
    with pytest.raises(AttributeError, match="did you mean 'max_rounds'"):
        muc.Rules().max_round  # noqa: B018
    with pytest.raises(AttributeError):
        muc.Rules().max_rounds = 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    [
        "[rules]\nhit_floor = 0.1\nmorale = false\nmorale_dice = 'even'",
        "hit_floor = 0.1\nmorale = false\nmorale_dice = 'even'",
        "preset = 'lanchester'\nhit_floor = 0.1\nhardpoint_chance = 0.1\nregeneration = true\n"
        "movement = true\nmorale_dice = 'even'",
    ],
)
def test_rules_come_from_a_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    assert muc.Rules.load(path) == muc.Rules.load(str(path))
    assert muc.Rules.load(path) == muc.Rules(hit_floor=0.1, morale=False, morale_dice="even")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[rules]\nhit_flor = 0.1", ["hit_flor", "did you mean 'hit_floor'?"]),
        ("hit_floor = 0.1\nhit_floor = 0.2", ["rules.toml", "line 2"]),
        ("hit_floor = 'low'", ["hit_floor", "low", "a number"]),
        ("preset = 'chess'", ["preset", "'chess'", "'lanchester'"]),
        ("rules = 3", ["rules.toml", "integer", "a table"]),
    ],
)
def test_a_faulty_file_is_refused_with_its_place(tmp_path: Path, text: str, words: list[str]) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(muc.RulesError) as refusal:
        muc.Rules.load(path)
    for word in words:
        assert word in str(refusal.value)


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"rules\.toml"):
        muc.Rules.load(tmp_path / "rules.toml")


def test_a_kernel_keeps_its_rules() -> None:
    assert muc.Kernel(rules=muc.Rules(max_rounds=7)).rules == muc.Rules(max_rounds=7)

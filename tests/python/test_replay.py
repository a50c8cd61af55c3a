"""Recorded battles from Python: kept, saved, looked at, fought again, compared."""

import _thread
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import campaign, endless_battle, fleet_battle

import multi_universe_core as muc


def recorded(kernel: muc.Kernel, **arguments: Any) -> muc.Replay:
    replay = kernel.resolve(fleets=[1, 2], record="full", **arguments).replay
    assert replay is not None
    return replay


def test_recording_changes_nothing() -> None:
    plain, traced = fleet_battle(40), fleet_battle(40)
    without, with_record = plain.resolve(location=7), traced.resolve(location=7, record="full")
    assert without.replay is None
    assert without.digest == with_record.digest
    assert without.units == with_record.units
    assert plain.snapshot() == traced.snapshot()


@pytest.mark.parametrize("word", ["event", "Full", "", True, 1])
def test_another_word_is_refused_with_the_words_there_are(kernel: muc.Kernel, word: object) -> None:
    wanted = "'ledger', 'events', 'full', or None"
    with pytest.raises(muc.ResolveError, match=rf"record: got .*, expected {wanted}"):
        kernel.resolve(location=7, record=word)  # type: ignore[arg-type]


def test_a_replay_says_what_was_fought(kernel: muc.Kernel) -> None:
    report = kernel.resolve(location=7, record="full", commit=False)
    replay = report.replay
    assert replay is not None
    assert (replay.outcome, replay.winner, replay.rounds) == (report.outcome, report.winner, report.rounds)
    assert (replay.seed, replay.digest, replay.rules) == (report.seed, report.digest, kernel.rules)
    assert replay.kernel_version == muc.__version__
    assert replay.units["id"].tolist() == [10, 11, 20, 21]
    assert replay.units["max_hp"].tolist() == [400.0, 400.0, 300.0, 300.0]
    assert replay.weapons.row(0) == {"unit": 10, "slot": 0}
    assert replay.digests.row(-1) == {"round": report.rounds, "digest": report.digest}
    assert "4 units" in repr(replay)


def test_frames_are_a_row_per_round_and_unit() -> None:
    kernel = fleet_battle(40)
    report = kernel.resolve(location=7, record="full")
    replay = report.replay
    assert replay is not None
    frames = replay.frames
    assert frames is replay.frames, "made once"
    assert len(frames) == report.rounds * 40
    assert frames["round"].tolist() == np.repeat(np.arange(1, report.rounds + 1), 40).tolist()
    last = frames["round"] == report.rounds
    for column in ("hp", "shield", "x", "y", "kills", "damage_taken", "killed_by"):
        assert frames[column][last].tolist() == report.units[column].tolist(), column
    # What the timeline counts is in the frames.
    for row in report.timeline:
        here = (frames["round"] == row["round"]) & (frames["faction"] == row["faction"])
        alive = here & np.isin(frames["status"], ["alive", "routing", "reserve"])
        assert alive.sum() == row["alive"]
        assert (frames["status"][here] == "routing").sum() == row["routing"]
    fired = replay.weapon_frames
    assert fired["shots"][fired["round"] == report.rounds].tolist() == report.weapons["shots"].tolist()


def test_a_saved_replay_is_the_same(tmp_path: Path) -> None:
    report = fleet_battle(40).resolve(location=7, record="full")
    path = tmp_path / "battle.mucr"
    report.save(path)
    replay = muc.Replay.load(path)
    assert report.replay is not None
    assert replay.frames == report.replay.frames
    assert replay.weapon_frames == report.replay.weapon_frames
    assert replay.diff(report.replay).equal
    again = tmp_path / "again.mucr"
    replay.save(str(again))
    assert again.read_bytes() == path.read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["again.mucr", "battle.mucr"]


def test_without_a_record_there_is_nothing_to_save(kernel: muc.Kernel, tmp_path: Path) -> None:
    report = kernel.resolve(location=7)
    assert report.replay is None
    with pytest.raises(muc.ReplayError, match=r'record="full"'):
        report.save(tmp_path / "battle.mucr")
    assert list(tmp_path.iterdir()) == []


def test_files_that_cannot_be_written_or_read_are_an_os_error(kernel: muc.Kernel, tmp_path: Path) -> None:
    report = kernel.resolve(location=7, record="full")
    with pytest.raises(FileNotFoundError):
        report.save(tmp_path / "no" / "battle.mucr")
    with pytest.raises(FileNotFoundError):
        muc.Replay.load(tmp_path / "battle.mucr")


def test_damage_is_a_replay_error(tmp_path: Path) -> None:
    path = tmp_path / "battle.mucr"
    recorded(fleet_battle(4), max_rounds=3).save(path)
    sound = path.read_bytes()
    for place in range(0, len(sound), 11):
        damaged = bytearray(sound)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        with pytest.raises(muc.ReplayError, match=r"battle\.mucr: replay refused: header"):
            muc.Replay.load(path)
    for cut in range(0, len(sound), 13):
        path.write_bytes(sound[:cut])
        with pytest.raises(muc.ReplayError):
            muc.Replay.load(path)
    path.write_bytes(muc.Kernel().snapshot())
    with pytest.raises(muc.ReplayError, match="another kind of content"):
        muc.Replay.load(path)


def test_a_battle_fought_again_is_as_it_was() -> None:
    replay = recorded(fleet_battle(40))
    verified = replay.verify()
    assert verified and verified.equal
    assert (verified.round, verified.phase, verified.row, verified.inputs) == (None, None, None, [])
    assert str(verified) == "equal"


def test_a_difference_is_named_to_the_value() -> None:
    kernel = muc.Kernel(seed=42)
    kernel.push(**campaign())
    first = recorded(kernel, commit=False, seed=1)
    kernel.push(units={"id": [20], "armor": [50.0]})
    found = first.diff(recorded(kernel, commit=False, seed=1), names=("before", "after"))
    assert not found
    assert found.inputs == ["units, unit 20, armor: 0 in before, 50 in after"]
    assert found.round is not None
    assert found.phase == "shooting"
    assert found.table in {"units", "weapons"}
    assert found.row is not None and found.row.startswith("unit ")
    assert found.column is not None
    assert found.values is not None and found.values[0] != found.values[1]
    assert f"{found.values[0]} in before, {found.values[1]} in after" in str(found)


def test_rules_and_seeds_that_differ_are_named_first() -> None:
    first = recorded(fleet_battle(4), seed=1)
    second = recorded(fleet_battle(4, rules=muc.Rules(hit_floor=0.2)), seed=2)
    assert first.diff(second).inputs == ["seed: 1 in A, 2 in B", "rules, hit_floor: 0.05 in A, 0.2 in B"]


def test_ctrl_c_ends_a_verification() -> None:
    kernel = endless_battle(200)
    replay = recorded(kernel, max_rounds=3_000)
    threading.Timer(0.2, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        replay.verify()

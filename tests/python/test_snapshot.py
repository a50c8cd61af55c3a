"""Kernels as bytes: snapshots, pickles and copies."""

import copy
import pickle
from concurrent.futures import ProcessPoolExecutor

import pytest
from conftest import campaign, fleet_battle

import multi_universe_core as muc


def test_a_restored_kernel_fights_the_same_battles(kernel: muc.Kernel) -> None:
    kernel.resolve(location=7, max_rounds=1)
    again = muc.Kernel.restore(kernel.snapshot())

    assert again.digest() == kernel.digest()
    assert again.units() == kernel.units()
    assert (again.seed, again.rules, again.threads) == (kernel.seed, kernel.rules, kernel.threads)
    ours, theirs = kernel.resolve(location=7), again.resolve(location=7)
    assert (ours.seed, ours.digest) == (theirs.seed, theirs.digest)
    assert again.digest() == kernel.digest()


def test_rules_and_threads_are_kept() -> None:
    rules = muc.Rules(hit_floor=0.25, morale=False)
    kernel = muc.Kernel(seed=2**64 - 1, rules=rules, threads=3)
    again = muc.Kernel.restore(kernel.snapshot())
    assert (again.seed, again.rules, again.threads) == (2**64 - 1, rules, 3)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_kernels_can_be_pickled(kernel: muc.Kernel, protocol: int) -> None:
    again = pickle.loads(pickle.dumps(kernel, protocol))
    assert type(again) is muc.Kernel
    assert again.snapshot() == kernel.snapshot()


def test_copies_are_independent(kernel: muc.Kernel) -> None:
    before = kernel.digest()
    for duplicate in (copy.copy(kernel), copy.deepcopy(kernel), copy.deepcopy([kernel])[0]):
        assert duplicate.digest() == before
        duplicate.push(units={"id": [10], "armor": [90.0]})
        duplicate.resolve(location=7)
        assert duplicate.digest() != before
        assert kernel.digest() == before


def battle_elsewhere(kernel: muc.Kernel) -> str:
    """What a worker process does."""
    return kernel.resolve(fleets=[1, 2]).digest


def test_a_kernel_can_be_sent_to_another_process() -> None:
    kernel = fleet_battle(40, threads=2)
    with ProcessPoolExecutor(1) as pool:
        there = pool.submit(battle_elsewhere, kernel).result(timeout=60)
    assert there == kernel.resolve(fleets=[1, 2]).digest


def test_damage_is_a_snapshot_error(kernel: muc.Kernel) -> None:
    snapshot = kernel.snapshot()
    for bad in (b"", snapshot[:-1], snapshot + b"x", b"PK" + snapshot[2:]):
        with pytest.raises(muc.SnapshotError, match=r"header: got .*, expected ") as refusal:
            muc.Kernel.restore(bad)
        assert isinstance(refusal.value, muc.KernelError) and isinstance(refusal.value, ValueError)
        assert refusal.value.count == len(refusal.value.faults) == 1
    for place in range(0, len(snapshot), 7):
        flipped = bytearray(snapshot)
        flipped[place] ^= 0xFF
        with pytest.raises(muc.SnapshotError):
            muc.Kernel.restore(bytes(flipped))
    with pytest.raises(TypeError):
        muc.Kernel.restore("a text")  # type: ignore[arg-type]


def test_a_refused_snapshot_in_a_pickle_is_the_same_error(kernel: muc.Kernel) -> None:
    damaged = pickle.dumps(kernel).replace(b"hit_floor", b"hit_flour")
    with pytest.raises(muc.SnapshotError, match="checksum"):
        pickle.loads(damaged)


def test_a_snapshot_of_a_whole_campaign_holds_all_tables() -> None:
    kernel = muc.Kernel()
    kernel.push(**campaign())
    again = muc.Kernel.restore(kernel.snapshot())
    for table in ("factions", "treaties", "fleets", "units", "weapons"):
        assert getattr(again, table)() == getattr(kernel, table)(), table

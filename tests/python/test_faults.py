"""Faults: a panic in the midst of work, Ctrl-C, a full disk, a killed saver, a cap on memory."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import campaign, endless_battle
from lookalike import engine, frigate

import multi_universe_core as muc

LONG = 1_000_000


PANICS = {
    "resolve": "kernel.resolve(fleets=[1, 2], max_rounds=1_000_000)",
    "resolve and record": "kernel.resolve(fleets=[1, 2], max_rounds=1_000_000, record='full')",
    "resolve_turn": "kernel.resolve_turn(max_rounds=1_000_000)",
    "odds": "kernel.odds(fleets=[1, 2], runs=1_000_000, threads=1)",
    "odds on two threads": "kernel.odds(fleets=[1, 2], runs=1_000_000, threads=2)",
    "progress": "kernel.odds(fleets=[1, 2], runs=1_000_000, threads=2, progress=panic)",
}


@pytest.mark.skipif(sys.platform == "win32", reason="no alarms")
@pytest.mark.parametrize("call", PANICS.values(), ids=PANICS)
def test_a_panic_poisons_its_kernel_and_no_other(call: str) -> None:
    """A panic is an exception in Python; raised there, it is a panic again in whoever of Rust receives it."""
    program = f"""
from conftest import endless_battle, fleet_battle
kernel, other = endless_battle(400), fleet_battle(60)
copied = muc.Kernel.restore(kernel.snapshot())
expected = other.resolve(fleets=[1, 2], commit=False).digest
try:
    muc.Kernel(seed="none")  # the first exception that Rust receives makes the class of panics
except TypeError:
    pass
[kind] = [kind for kind in BaseException.__subclasses__() if kind.__name__ == "PanicException"]
def panic(*_):
    raise kind("on purpose")
def refused(work):
    try:
        work()
    except muc.KernelPoisoned as error:
        return str(error)
signal.signal(signal.SIGALRM, panic)
signal.setitimer(signal.ITIMER_REAL, 0.1)
said = refused(lambda: {call})
assert said and "our fault" in said and "panicked (" in said and "refuses further work" in said, said
signal.signal(signal.SIGALRM, signal.SIG_IGN)
assert repr(kernel) == "<Kernel seed=42: poisoned>"
for work in (kernel.digest, kernel.units, kernel.push, kernel.snapshot, lambda: {call}):
    assert refused(work) == "this kernel panicked earlier and refuses further work; make a new one"
assert kernel.seed == 42, "what never changes can still be asked for"
assert other.resolve(fleets=[1, 2], commit=False).digest == expected
assert copied.resolve(fleets=[1, 2], max_rounds=2).rounds == 2
print("sound")
"""
    done = limited(program, "")
    assert (done.returncode, done.stdout) == (0, "sound\n"), done.stderr


ENDLESS = muc.Rules(quiet_rounds=LONG, killless_rounds=LONG, max_rounds=LONG, morale=False)


def recorded() -> Callable[[], object]:
    """The verification of a record of some seconds."""
    report = endless_battle(3000).resolve(fleets=[1, 2], max_rounds=800, commit=False, record="full")
    assert report.replay is not None
    return report.replay.verify


LONG_CALLS: dict[str, Callable[[], Callable[[], object]]] = {
    "resolve": lambda: lambda: endless_battle().resolve(fleets=[1, 2]),
    "resolve_turn": lambda: lambda: endless_battle().resolve_turn(),
    "odds": lambda: lambda: endless_battle().odds(fleets=[1, 2], runs=LONG),
    "compare": lambda: (
        lambda: endless_battle().compare(
            {"armour": {"units": {"id": [1], "armor": [9.0]}}}, fleets=[1, 2], runs=LONG
        )
    ),
    "sensitivity": lambda: lambda: endless_battle().sensitivity("Synod", fleets=[1, 2], runs=LONG),
    "a scenario's run": lambda: muc.Scenario.from_kernel(endless_battle()).run,
    "a scenario's odds": lambda: lambda: muc.Scenario.from_kernel(endless_battle()).odds(runs=LONG),
    "the bridge": lambda: (
        lambda: engine(rules=ENDLESS).resolve(
            {name: [frigate(hp=10**9) for _ in range(300)] for name in "AB"}
        )
    ),
    "a replay's verify": recorded,
}


@pytest.mark.parametrize("call", LONG_CALLS.values(), ids=LONG_CALLS)
def test_ctrl_c_ends_every_long_call(call: Callable[[], Callable[[], object]]) -> None:
    work = call()
    sent: list[float] = []

    def press() -> None:
        sent.append(time.monotonic())
        signal.raise_signal(signal.SIGINT)

    timer = threading.Timer(0.4, press)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        work()
    # 100 ms are promised; generous, for machines that are busy with other things.
    assert time.monotonic() - sent[0] < 1.0
    timer.join()


SAVES = {
    "a scenario": "muc.Scenario.from_kernel(kernel).save(path)",
    "a replay": "kernel.resolve(fleets=[1, 2], max_rounds=20, record='full').replay.save(path)",
}


def limited(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A program in a process of its own, whose limits are not ours."""
    start = "import resource, signal, sys\nsys.path[:0] = sys.argv[2:]\nimport multi_universe_core as muc\n"
    command = [sys.executable, "-c", start + program, *map(str, arguments), *sys.path]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.mark.skipif(sys.platform == "win32", reason="no limits")
@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES)
def test_a_full_disk_leaves_the_old_file_and_nothing_else(save: str, tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_text("what was there")
    program = f"""
from conftest import fleet_battle
kernel, path = fleet_battle(400), sys.argv[1]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
try:
    {save}
except OSError as error:
    assert str(error).startswith(path + ": cannot write: ") or path in str(error), error
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert open(path).read() == "what was there"
    {save}
else:
    sys.exit("the disk was not full")
"""
    done = limited(program, path)
    assert done.returncode == 0, done.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept"]
    assert path.stat().st_size > 4096, "with room again it is written"


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
def test_a_process_that_is_killed_while_it_saves_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "battle.toml"
    program = """
from conftest import fleet_battle
scenarios = [muc.Scenario.from_kernel(fleet_battle(units)) for units in (200, 2000)]
scenarios[0].save(sys.argv[1])
print("saved", flush=True)
while True:
    for scenario in scenarios:
        scenario.save(sys.argv[1])
"""
    start = "import sys\nsys.path[:0] = sys.argv[2:]\nimport multi_universe_core as muc\n"
    for wait in (0.0, 0.05, 0.11):
        command = [sys.executable, "-c", start + program, str(path), *sys.path]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as saving:
            assert saving.stdout is not None and saving.stdout.readline() == b"saved\n"
            time.sleep(wait)
            saving.kill()
        assert len(muc.Scenario.load(path).kernel().units()) in (200, 2000)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is in kilobytes on Linux")
def test_odds_stay_within_their_memory() -> None:
    program = """
from conftest import fleet_battle
kernel = fleet_battle(200)
kernel.odds(fleets=[1, 2], runs=100, threads=2)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before, cap = peak(), float(sys.argv[1])
odds = kernel.odds(fleets=[1, 2], runs=30_000, threads=2, max_memory=int(cap * 2**20), deadline=3)
print(peak() - before)
"""
    done = limited(program, 24)
    assert done.returncode == 0, done.stderr
    # Megabytes; the samples are there twice for a moment, and the allocator keeps a little.
    assert float(done.stdout) < 2 * 24 + 8


def test_what_asks_for_the_impossible_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    program = """
from conftest import fleet_battle
resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
kernel = fleet_battle(200)
for impossible in (
    lambda: kernel.odds(fleets=[1, 2], runs=10**9),
    lambda: muc.Scenario.load(sys.argv[1]),
    lambda: muc.Kernel.restore(kernel.snapshot()[:-100]),
):
    try:
        impossible()
    except muc.KernelError as refusal:
        print(type(refusal).__name__)
print(kernel.resolve(fleets=[1, 2]).outcome)
"""
    scenario = tmp_path / "vast.toml"
    units = "units = [{ count = 1_000_000_000_000 }]"
    scenario.write_text(f"[[faction]]\nname = 'A'\n[[fleet]]\nfaction = 'A'\n{units}\n")
    done = limited(program, scenario)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["OddsError", "ScenarioError", "SnapshotError", "victory"]


def test_a_kernel_goes_on_after_every_refusal(kernel: muc.Kernel) -> None:
    before = kernel.digest()
    refused: list[Any] = [
        lambda: kernel.push(units={"id": [-1]}),
        lambda: kernel.remove(units=[99]),
        lambda: kernel.resolve(fleets=[99, 98]),
        lambda: kernel.odds(fleets=[1, 2], runs=0),
    ]
    for call in refused:
        with pytest.raises(muc.KernelError):
            call()
    assert kernel.digest() == before
    assert kernel.push(**campaign()).changed["units"] == 6

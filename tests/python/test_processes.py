"""Threads, processes, interpreters: a kernel may be used from wherever Python is, or says that it may not."""

import copy
import importlib.util
import multiprocessing
import pickle
import subprocess
import sys
import sysconfig
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import fleet_battle

import multi_universe_core as muc

METHODS = multiprocessing.get_all_start_methods()


def fought(kernel: muc.Kernel) -> str:
    return kernel.resolve(fleets=[1, 2], seed=5, commit=False).digest


def program(text: str) -> subprocess.CompletedProcess[str]:
    """A program in a process of its own."""
    start = "import sys\nsys.path[:0] = sys.argv[1:]\nfrom conftest import fleet_battle, endless_battle\n"
    command = [sys.executable, "-W", "ignore", "-c", start + text, *sys.path]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("method", METHODS)
def test_a_kernel_travels_to_another_process_and_fights_there_as_here(method: str) -> None:
    kernel = fleet_battle(300, threads=2)
    expected = fought(kernel)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
        assert set(pool.map(fought, [kernel] * 4)) == {expected}
    assert fought(kernel) == expected, "and the one that stayed is as it was"


@pytest.mark.parametrize("kernels", [1, 8], ids=["one kernel", "eight kernels"])
def test_eight_threads_do_everything_at_once(kernels: int) -> None:
    all_of_them = [fleet_battle(60, threads=2) for _ in range(kernels)]
    expected, odds = fought(all_of_them[0]), all_of_them[0].odds(fleets=[1, 2], runs=40, seed=3)
    together = threading.Barrier(8)

    def work(thread: int) -> None:
        kernel = all_of_them[thread % kernels]
        together.wait()
        for turn in range(6):
            kernel.push(fleets={"id": [100 + thread], "faction": ["Synod"]})
            assert fought(kernel) == expected
            assert kernel.odds(fleets=[1, 2], runs=40, seed=3, threads=1 + turn % 2) == odds
            assert fought(pickle.loads(pickle.dumps(kernel))) == fought(copy.copy(kernel)) == expected
            assert len(kernel.units()) == 60 and kernel.fleet(100 + thread)["faction"] == "Synod"
            with pytest.raises(muc.PushError):
                kernel.push(units={"id": [thread], "hp": [-1.0]})
            kernel.remove(fleets=[100 + thread])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert {kernel.digest() for kernel in all_of_them} == {fleet_battle(60).digest()}


def test_threads_that_share_arrays_and_tables_see_the_same() -> None:
    kernel = fleet_battle(500)
    table = kernel.units()
    hp = np.full(500, 250.0)

    def work(_: int) -> tuple[float, int]:
        kernel.push(units={"id": table["id"], "hp": hp})
        return float(table["hp"].sum()), len(muc.Table.of({"hp": hp}))

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(40))) == {(400.0 * 500, 500)}


@pytest.mark.skipif("fork" not in METHODS, reason="no fork")
def test_a_fork_in_the_midst_of_a_battle_of_another_thread_is_told_from_waiting() -> None:
    done = program("""
import os, threading, time
import multi_universe_core as muc
kernel = endless_battle()
threading.Thread(target=lambda: kernel.resolve(fleets=[1, 2], max_rounds=2000), daemon=True).start()
time.sleep(0.2)
child = os.fork()
if child == 0:
    try:
        kernel.digest()
    except muc.KernelError as error:
        print(error, flush=True)
    print(fleet_battle(60).resolve(fleets=[1, 2]).outcome, flush=True)
    os._exit(0)
os.waitpid(child, 0)
""")
    assert done.returncode == 0, done.stderr
    said = "this kernel was at work in another thread when this process was forked; make a new one"
    assert done.stdout.splitlines() == [said, "victory"]


@pytest.mark.parametrize("first", ["", "import multi_universe_core\n"], ids=["alone", "after the main one"])
def test_a_sub_interpreter_is_refused_in_plain_words(first: str) -> None:
    name = next((n for n in ("_interpreters", "_xxsubinterpreters") if importlib.util.find_spec(n)), None)
    if name is None:
        pytest.skip("no sub-interpreters")
    # Without the tests' imports, which would be there first.
    text = f"""
import sys
sys.path[:0] = sys.argv[1:]
{first}import {name} as interpreters
asked = '''
import sys
sys.path[:0] = %r
try:
    import multi_universe_core
except ImportError as error:
    print(error)
''' % sys.path
interpreters.run_string(interpreters.create(), asked)
"""
    done = subprocess.run([sys.executable, "-c", text, *sys.path], capture_output=True, text=True, timeout=60)
    # From 3.12 on an interpreter with a lock of its own refuses by itself, in its own words.
    words = ("works in Python's main interpreter only", "does not support loading in subinterpreters")
    assert any(word in done.stdout for word in words), done.stdout + done.stderr


def test_the_module_says_that_it_needs_no_global_lock() -> None:
    source = Path(__file__).parents[2] / "src/bindings/mod.rs"
    assert "#[pymodule(gil_used = false)]" in source.read_text(encoding="utf-8")


@pytest.mark.skipif(not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="no free-threaded interpreter")
def test_importing_it_does_not_switch_the_global_lock_on() -> None:
    done = program("import multi_universe_core\nprint(sys._is_gil_enabled())")
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr


def test_a_kernel_may_be_dropped_in_another_thread() -> None:
    kept: list[Any] = [fleet_battle(100, threads=2) for _ in range(8)]
    expected = fought(kept[0])
    tables = [kernel.units() for kernel in kept]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: kept.pop(), range(8)))
    assert all(table["hp"].sum() == 400.0 * 100 for table in tables), "tables outlive their kernel"
    assert fought(fleet_battle(100)) == expected

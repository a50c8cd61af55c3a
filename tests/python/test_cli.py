"""The command line from Python: `python -m multi_universe_core` and its exit codes."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import endless_battle

import multi_universe_core as muc
from multi_universe_core import _core


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "multi_universe_core", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.fixture
def scenario(kernel: muc.Kernel, tmp_path: Path) -> Path:
    path = tmp_path / "battle.toml"
    muc.Scenario.from_kernel(kernel).save(path)
    return path


def test_a_scenario_of_a_kernel_holds_the_same_mirror(kernel: muc.Kernel, scenario: Path) -> None:
    loaded = muc.Scenario.load(scenario)
    assert loaded.kernel().digest() == kernel.digest()
    assert loaded.seed == kernel.seed
    assert loaded.run(seed=5).digest == loaded.run(seed=5).digest


def test_run_fights_a_scenario(scenario: Path) -> None:
    done = run("run", scenario)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Hegemony" in done.stdout


def test_run_takes_the_seed_and_the_format(scenario: Path) -> None:
    done = run("run", scenario, "--seed", 7, "--format", "json")
    assert done.returncode == 0
    assert muc.Scenario.load(scenario).run(seed=7).digest in done.stdout


def test_verify_fails_where_the_battle_falls_short(scenario: Path) -> None:
    scenario.write_text(scenario.read_text() + '\n[expect]\nwinner = "Synod"\n')
    done = run("verify", scenario)
    assert done.returncode == 1
    assert "Synod" in done.stdout + done.stderr
    assert "Hegemony" in done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments", [["run"], ["run", "nowhere.toml"], ["conquer"], ["run", "--colour"]], ids=" ".join
)
def test_bad_usage_is_told_on_stderr(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert "panicked" not in done.stderr


def test_a_faulty_scenario_is_told_with_its_place(scenario: Path) -> None:
    scenario.write_text("[scenario]\nnaem = 'x'\n")
    done = run("run", scenario)
    assert done.returncode == 2
    assert "battle.toml:2:" in done.stderr
    with pytest.raises(muc.ScenarioError) as refusal:
        muc.Scenario.load(scenario)
    assert refusal.value.line == 2
    assert refusal.value.file.endswith("battle.toml")


def test_help_goes_to_stdout() -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "run" in done.stdout


def test_the_function_returns_the_exit_code() -> None:
    assert _core.main(["conquer"]) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT")
def test_ctrl_c_ends_the_program_quietly(tmp_path: Path) -> None:
    path = tmp_path / "endless.toml"
    muc.Scenario.from_kernel(endless_battle()).save(path)
    command = [sys.executable, "-m", "multi_universe_core", "run", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        time.sleep(1.5)
        program.send_signal(signal.SIGINT)
        _, stderr = program.communicate(timeout=10)
    assert program.returncode == 130
    assert "Traceback" not in stderr


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[2] / "scenarios").glob("*/*.toml"))[:3], ids=lambda path: path.stem
)
def test_the_scenarios_of_the_repository_run(path: Path) -> None:
    assert run("run", path).returncode == 0

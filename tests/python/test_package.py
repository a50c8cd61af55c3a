"""What is in the packages that people install: all of what is ours, and nothing else."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from email import message_from_string
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import multi_universe_core as muc
import multi_universe_core.executors
from sbom import bill

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# 4 MB is what the wheel of a release may be; this one is built for speed of linking, with all symbols.
LARGEST = 5_250_000


@pytest.fixture(scope="module")
def maturin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Runs maturin on the repository and gives the file that it made."""
    program = Path(sys.executable).parent / "maturin"
    if not program.exists():
        pytest.skip("maturin is not installed in this environment")

    def run(*arguments: str) -> Path:
        out = tmp_path_factory.mktemp("dist")
        command = [str(program), *arguments, "--out", str(out)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        (made,) = out.iterdir()
        return made

    yield run


@pytest.fixture(scope="module")
def wheel(maturin: Any) -> zipfile.ZipFile:
    """The wheel, of the library that the tests run on: packed anew, not compiled anew."""
    return zipfile.ZipFile(maturin("build", "--profile", "release", "--locked", "-i", sys.executable))


def ours() -> set[str]:
    """The files of the package in the repository."""
    folder = ROOT / "python"
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(folder)) for path in files if path.suffix not in (".so", ".pyd")}


def test_the_wheel_holds_the_package_the_library_and_its_metadata_and_nothing_else(
    wheel: zipfile.ZipFile,
) -> None:
    name = f"multi_universe_core-{muc.__version__}.dist-info"
    metadata = (
        "METADATA",
        "WHEEL",
        "entry_points.txt",
        "RECORD",
        "licenses/LICENSE-MIT",
        "licenses/LICENSE-APACHE",
    )
    listed = set(wheel.namelist())
    library = {path for path in listed if re.fullmatch(r"multi_universe_core/_core\.abi3\.(so|pyd)", path)}
    assert len(library) == 1
    assert listed == ours() | library | {f"{name}/{file}" for file in metadata}
    assert {"multi_universe_core/py.typed", "multi_universe_core/_core.pyi"} <= listed
    assert Path(str(wheel.filename)).stat().st_size < LARGEST


def test_the_wheel_says_what_it_needs_and_what_it_can_do_without(wheel: zipfile.ZipFile) -> None:
    prefix = f"multi_universe_core-{muc.__version__}.dist-info/"
    head = message_from_string(wheel.read(prefix + "METADATA").decode())
    assert head["Requires-Python"] == ">=3.11" and head["License-Expression"] == "MIT OR Apache-2.0"
    needs = [Requirement(text) for text in head.get_all("Requires-Dist") or ()]
    assert [need.name for need in needs if need.marker is None] == ["numpy"]
    assert set(head.get_all("Provides-Extra") or ()) == set(PROJECT["project"]["optional-dependencies"])
    assert "muc=multi_universe_core.__main__:main" in wheel.read(prefix + "entry_points.txt").decode()


def test_no_text_in_the_wheel_names_the_folder_in_which_it_was_built(wheel: zipfile.ZipFile) -> None:
    texts = [path for path in wheel.namelist() if not path.endswith((".so", ".pyd"))]
    assert [path for path in texts if str(ROOT).encode() in wheel.read(path)] == []


def test_the_bill_of_materials_lists_what_is_linked_and_what_pip_fetches_and_names_no_folder(
    wheel: zipfile.ZipFile,
) -> None:
    made = bill(Path(str(wheel.filename)))
    names = {one["name"] for one in made["components"]}
    linked = {"bevy_ecs", "pyo3", "rayon", "xxhash-rust"}
    assert linked <= names and not {"criterion", "proptest", "syn", "pyo3-macros"} & names
    assert {one["name"] for one in made["components"] if one.get("scope") == "required"} == {"numpy"}
    assert all(one["hashes"] for one in made["components"] if one["purl"].startswith("pkg:cargo/"))
    known = {one["bom-ref"] for one in [*made["components"], made["metadata"]["component"]]}
    assert {ref for one in made["dependencies"] for ref in [one["ref"], *one["dependsOn"]]} <= known
    assert str(ROOT) not in json.dumps(made) and "file:" not in json.dumps(made)


def test_the_source_package_holds_what_a_build_needs_and_no_junk(maturin: Any) -> None:
    with tarfile.open(maturin("sdist")) as source:
        listed = {name.partition("/")[2] for name in source.getnames()}
    assert {f"python/{path}" for path in ours()} <= listed
    assert {str(path.relative_to(ROOT)) for path in (ROOT / "src").rglob("*.rs")} <= listed
    assert {"Cargo.toml", "Cargo.lock", "pyproject.toml", "README.md", "PKG-INFO", "LICENSE-MIT"} <= listed
    junk = {"__pycache__", ".venv", "target", "dist", "site", ".git", ".hypothesis", ".mypy_cache"}
    assert [path for path in listed if junk & set(path.split("/"))] == []
    assert [path for path in listed if path.endswith((".so", ".pyd", ".pyc"))] == []


def test_the_extras_are_those_that_people_ask_for_and_what_is_tested_satisfies_them() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    assert {"polars", "pandas", "arrow", "plot", "dask", "ray", "duckdb", "progress"} == set(extras)
    for name, needs in extras.items():
        for need in map(Requirement, needs):
            try:
                version = importlib.metadata.version(need.name)
            except importlib.metadata.PackageNotFoundError:
                continue
            assert need.specifier.contains(version, prereleases=True), (name, need, version)


def test_old_versions_of_pip_can_read_the_project() -> None:
    # Dependency groups make maturin call pip with an option that pip knows from 25.1 on.
    assert "dependency-groups" not in PROJECT


@pytest.mark.parametrize(
    ("hidden", "extra", "action"),
    [
        ("pandas", "pandas", "table.to_pandas()"),
        ("polars", "polars", "table.to_polars()"),
        ("pyarrow", "arrow", "table.to_arrow()"),
        ("matplotlib", "plot", "kernel.odds(fleets=[1, 2], runs=10).plot()"),
        ("tqdm", "progress", "kernel.odds(fleets=[1, 2], runs=10, progress=True)"),
        ("ray", "ray", "muc.executors.RayExecutor()"),
    ],
)
def test_without_an_optional_library_the_error_names_the_extra_to_install(
    hidden: str, extra: str, action: str, kernel: muc.Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == hidden]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, hidden, None)
    with pytest.raises(ImportError, match=re.escape(f"pip install multi-universe-core[{extra}]")):
        eval(action, {"table": kernel.units(), "kernel": kernel, "muc": muc})

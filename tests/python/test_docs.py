"""What help() and the type stub say about columns is what the kernel knows."""

import inspect
import re
from pathlib import Path

import pytest

import multi_universe_core as muc

STUBS = sorted(Path(muc.__file__).parent.glob("_*.pyi"))
STUB = "\n".join(stub.read_text(encoding="utf-8") for stub in STUBS)


@pytest.mark.parametrize("table", ["factions", "treaties", "fleets", "units", "weapons"])
def test_push_documents_every_column(kernel: muc.Kernel, table: str) -> None:
    for text in (inspect.getdoc(muc.Kernel.push) or "", STUB):
        documented = re.search(
            rf"{table}: (.*?)(?:\.\n|\.$)", text[text.index("Columns (default):") :], re.DOTALL
        )
        assert documented is not None
        words = set(re.findall(r"\w+", documented[1]))
        assert set(getattr(kernel, table)().columns) <= words


@pytest.mark.parametrize("table", ["units", "fleets", "factions", "weapons"])
def test_the_stub_documents_every_column_of_a_report(kernel: muc.Kernel, table: str) -> None:
    report = STUB[STUB.index("class BattleReport") :]
    documented = re.search(rf'def {table}\(self\) -> Table:\s+"""(.*?)"""', report, re.DOTALL)
    assert documented is not None
    words = set(re.findall(r"\w+", documented[1]))
    assert set(getattr(kernel.resolve(fleets=[1, 2]), table).columns) <= words


def test_everything_public_is_documented() -> None:
    for name in muc.__all__:
        thing = getattr(muc, name)
        assert inspect.getdoc(thing), name
        if inspect.isclass(thing) and not issubclass(thing, Exception):
            for method, value in vars(thing).items():
                assert method.startswith("_") or inspect.getdoc(value), f"{name}.{method}"


def test_the_package_lists_what_the_stub_declares() -> None:
    declared = set(re.findall(r"^class ([A-Z]\w+)", STUB, re.MULTILINE))
    compiled = {name for name in muc.__all__ if name[0].isupper() and hasattr(muc._core, name)}
    assert declared == compiled

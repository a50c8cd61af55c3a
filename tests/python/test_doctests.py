"""The examples in the documentation of everything public work, in help() as in the stubs."""

from __future__ import annotations

import ast
import copy
import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import multi_universe_core as muc

PACKAGE = Path(muc.__file__).parent
# Long lines of output may be broken where the line of the file would be too long.
OPTIONS = doctest.NORMALIZE_WHITESPACE
# All other public classes and functions that are no exceptions show an example of their own.
WITHOUT_EXAMPLE = {
    # Their examples are those of what makes them.
    "multi_universe_core.rollout.Fallback",
    "multi_universe_core.rollout.Monitored",
    "multi_universe_core.rollout.ShadowReport",
    # These are shown by the examples of ObjectSchema and Tolerance.
    "multi_universe_core.bridge.At",
    "multi_universe_core.rollout.Exact",
    "multi_universe_core.bridge.Diplomacy",
}


def modules() -> Iterator[ModuleType]:
    """The package and its public modules."""
    yield muc
    for found in pkgutil.walk_packages([str(PACKAGE)], "multi_universe_core."):
        if not any(part.startswith("_") for part in found.name.split(".")[1:]):
            yield importlib.import_module(found.name)


def documented() -> Iterator[tuple[str, str]]:
    """Name and documentation of everything public: modules, their classes and functions, their methods."""
    for module in modules():
        yield module.__name__, inspect.getdoc(module) or ""
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            if inspect.isclass(thing) or inspect.isroutine(thing):
                yield f"{module.__name__}.{name}", own_doc(thing)
            if inspect.isclass(thing):
                for member, value in vars(thing).items():
                    if not member.startswith("_"):
                        yield f"{module.__name__}.{name}.{member}", inspect.getdoc(value) or ""


def own_doc(thing: Any) -> str:
    """Its own documentation, and not that of a parent."""
    return inspect.cleandoc(
        vars(thing).get("__doc__") or "" if inspect.isclass(thing) else thing.__doc__ or ""
    )


def in_stubs() -> Iterator[tuple[str, str]]:
    """Name and documentation of everything that a stub declares."""
    for stub in sorted(PACKAGE.glob("_*.pyi")):
        for node in ast.parse(stub.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                yield f"multi_universe_core.{node.name}", ast.get_docstring(node) or ""
            if isinstance(node, ast.ClassDef):
                for member in node.body:
                    if isinstance(member, ast.FunctionDef):
                        yield (
                            f"multi_universe_core.{node.name}.{member.name}",
                            ast.get_docstring(member) or "",
                        )


HELP, STUBS = dict(documented()), dict(in_stubs())
EXAMPLES = [
    pytest.param(doc, id=f"{where}-{name}")
    for where, docs in (("help", HELP), ("stub", STUBS))
    for name, doc in docs.items()
    if ">>>" in doc
]


def run(doc: str, names: dict[str, Any]) -> str:
    """What an example prints that it should not; the names that it leaves behind are added."""
    said: list[str] = []
    test = doctest.DocTestParser().get_doctest(doc, names, "example", None, None)
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    assert runner.run(test, out=said.append, clear_globs=False).attempted > 0
    names.update(test.globs)
    return "".join(said)


@pytest.mark.parametrize("doc", EXAMPLES)
def test_an_example_works(doc: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    # All others begin with the kernel of this one.
    assert run(HELP["multi_universe_core.Kernel"], names) == ""
    assert run(doc, {"muc": muc, "kernel": copy.copy(names["kernel"])}) == ""


def test_an_example_that_is_wrong_is_noticed() -> None:
    assert "Expected:\n    3\nGot:\n    2\n" in run(">>> 1 + 1\n3\n", {})
    assert "ZeroDivisionError" in run(">>> 1 / 0\n", {})


def test_help_and_stub_show_the_same_examples() -> None:
    def examples(doc: str) -> list[tuple[str, str]]:
        found = doctest.DocTestParser().get_examples(doc)
        return [(example.source, " ".join(example.want.split())) for example in found]

    both = [name for name in STUBS if name in HELP and not name.endswith("Error")]
    assert len(both) > 100
    for name in both:
        assert examples(HELP[name]) == examples(STUBS[name]), name


def test_every_public_class_and_function_shows_an_example() -> None:
    missing = set()
    for module in modules():
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            plain = inspect.isroutine(thing) or (inspect.isclass(thing) and not issubclass(thing, Exception))
            if plain and ">>>" not in own_doc(thing):
                missing.add(f"{module.__name__}.{name}")
    assert missing == WITHOUT_EXAMPLE

"""What the guides show works: the Python blocks of each page are run, in order, in one namespace.

A block of text right after a block of Python is what that prints; "..." in it stands for anything.
"""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
PAGES = sorted(page for page in DOCS.rglob("*.md") if "```python" in page.read_text(encoding="utf-8"))


def run(text: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Runs the blocks, and compares what they print with what they say that they print."""
    names: dict[str, Any] = {"__name__": "__page__"}
    for block in BLOCK.finditer(text):
        # Blank lines in front, so that a traceback names the page's own line.
        before = "\n" * text[: block.start(1)].count("\n")
        exec(compile(before + block[1], name, "exec"), names)
        if block[2] is not None:
            said = "\n".join(line.rstrip() for line in capsys.readouterr().out.strip().splitlines()) + "\n"
            right = doctest.OutputChecker().check_output(block[2], said, doctest.ELLIPSIS)
            assert right, f"printed:\n{said}\nshown:\n{block[2]}"


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(DOCS))) for page in PAGES])
def test_a_page_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # What it writes must not land in the repository; what it reads is named from there.
    (tmp_path / "scenarios").symlink_to(DOCS.parent / "scenarios")
    monkeypatch.chdir(tmp_path)
    run(page.read_text(encoding="utf-8"), str(page), capsys)


def test_no_python_block_is_overlooked() -> None:
    assert {"index.md", "concepts.md", "migration.md", "scaling.md", "seeing.md"} <= {
        page.name for page in PAGES
    }
    for page in DOCS.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        assert len(re.findall(r"```\s*(?:py|python)\b", text)) == len(BLOCK.findall(text)), page


def test_wrong_output_and_a_fault_are_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    run("```python\nprint(1 + 1)\n```\n\n```text\n2\n```\n", "page", capsys)
    with pytest.raises(AssertionError):
        run("```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n", "page", capsys)
    with pytest.raises(ZeroDivisionError):
        run("```python\n1 / 0\n```\n", "page", capsys)

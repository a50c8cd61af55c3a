"""What README.md shows works: its Python blocks are run, in order, in one namespace."""

import re
from pathlib import Path
from typing import Any

import pytest

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(not README.exists(), reason="no README.md here")
def test_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = README.read_text(encoding="utf-8")
    blocks = list(BLOCK.finditer(text))
    assert blocks, "README.md shows no Python"
    # What it writes must not land in the repository; what it reads is named from there.
    (tmp_path / "scenarios").symlink_to(README.parent / "scenarios")
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"__name__": "__readme__"}
    for block in blocks:
        # Blank lines in front, so that a traceback names the README's own line.
        lines_before = text[: block.start(1)].count("\n")
        exec(compile("\n" * lines_before + block[1], str(README), "exec"), namespace)

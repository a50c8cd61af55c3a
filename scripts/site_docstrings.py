"""How the site shows our docstrings: they are plain text with a layout of their own, and become Markdown.

An extension of griffe, with which mkdocstrings reads the package. A line `name: what it means` becomes an
item of a list, an example a block of code, and signs of Markdown stay what they are.
"""

from __future__ import annotations

import re
from typing import Any

import griffe

# `fleets, location: whose …`: names of parameters or columns, and what they mean.
ITEM = re.compile(r"^([A-Za-z_]\w*(?:, [A-Za-z_]\w*)*): (?=\S)")
CODE = re.compile(r"(`[^`]*`)")


class Layout(griffe.Extension):
    """Rewrites every docstring."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called for each object of the package once it is read."""
        if obj.docstring is not None:
            obj.docstring.value = markdown(obj.docstring.value)


def markdown(text: str) -> str:
    """A docstring of ours as Markdown.

    >>> print(markdown("seed: 0 ... 2**64-1; longer\\n    than a line."))
    - `seed`: 0 ... 2\\*\\*64-1; longer than a line.
    """
    return "\n\n".join(_paragraph(paragraph) for paragraph in re.split(r"\n{2,}", text.strip()))


def _paragraph(text: str) -> str:
    lines = text.split("\n")
    if text.lstrip().startswith(">>>"):
        return "\n".join(["```pycon", *_dedented(lines), "```"])
    if lines[0].startswith("    "):
        return "\n".join(["```python", *_dedented(lines), "```"])
    out: list[str] = []
    for line in lines:
        item = ITEM.match(line)
        if item:
            names = ", ".join(f"`{name}`" for name in item[1].split(", "))
            # A list begins after an empty line.
            out += ([""] if out and not out[-1].startswith("- ") else []) + [
                f"- {names}: {_plain(line[item.end() :])}"
            ]
        elif line.startswith(("- ", "    ")) and not line.startswith("- "):
            out[-1] += " " + _plain(line.strip())
        elif out and out[-1].startswith("- ") and not line.startswith("- "):
            # A sentence after a list is a paragraph of its own.
            out += ["", _plain(line)]
        else:
            out.append(_plain(line))
    return "\n".join(out)


def _dedented(lines: list[str]) -> list[str]:
    margin = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return [line[margin:] for line in lines]


def _plain(text: str) -> str:
    """Text in which stars and angle brackets are no Markdown, but what is in backquotes is left alone."""
    parts = CODE.split(text)
    return "".join(p if p.startswith("`") else re.sub(r"([*<])", r"\\\1", p) for p in parts)

"""The site is built without a warning, says what it should, and asks no other machine for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

import multi_universe_core as muc
from multi_universe_core import rollout

ROOT = Path(__file__).parents[2]
# What a browser fetches by itself: elements, and the attributes that name what they fetch.
FETCHED = {"script": ("src",), "img": ("src", "srcset"), "iframe": ("src",), "source": ("src", "srcset")}
FETCHED |= {
    "video": ("src", "poster"),
    "audio": ("src",),
    "object": ("data",),
    "embed": ("src",),
    "use": ("href",),
}
FETCHING_LINKS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload"}
FAR = re.compile(r"^\s*(https?:)?//", re.IGNORECASE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


class Fetches(HTMLParser):
    """Collects the addresses that a browser asks for when it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        names = FETCHED.get(tag, ())
        if tag == "link" and FETCHING_LINKS & set((values.get("rel") or "").split()):
            names = ("href",)
        self.addresses += [values.get(name) or "" for name in names]


def fetched(html: str) -> list[str]:
    parser = Fetches()
    parser.feed(html)
    return [address for address in parser.addresses if address]


def far_in_css(css: str) -> list[str]:
    found: Iterator[str] = (
        m[1] or m[2] for m in re.finditer(r"url\(['\"]?([^)'\"]+)|@import\s+['\"]([^'\"]+)", css)
    )
    return [address for address in found if FAR.match(address)]


def test_no_page_asks_another_machine_for_anything(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        addresses = fetched(page.read_text(encoding="utf-8"))
        assert addresses, page
        assert [a for a in addresses if FAR.match(a)] == [], page
    sheets = list(site.rglob("*.css"))
    assert len(sheets) >= 3
    assert [far_in_css(sheet.read_text(encoding="utf-8")) for sheet in sheets] == [[]] * len(sheets)


def test_what_would_ask_another_machine_is_noticed() -> None:
    page = '<link rel="stylesheet" href="https://a.example/x.css"><script src="//b.example/y.js"></script>'
    assert [a for a in fetched(page) if FAR.match(a)] == ["https://a.example/x.css", "//b.example/y.js"]
    assert far_in_css('@import "https://c.example/z.css"; a { b: url(//d.example/e.woff) }') == [
        "https://c.example/z.css",
        "//d.example/e.woff",
    ]


def test_the_theme_fetches_diagrams_from_afar_so_no_page_has_any(site: Path) -> None:
    assert not any('class="mermaid"' in page.read_text(encoding="utf-8") for page in site.rglob("*.html"))


def test_everything_public_is_on_a_page_of_the_api(site: Path) -> None:
    anchors = {
        anchor
        for page in (site / "api").glob("*.html")
        for anchor in re.findall(r'id="(multi_universe_core[\w.]*)"', page.read_text(encoding="utf-8"))
    }
    public = {name for name in muc.__all__ if not name.startswith("_")}
    assert {f"multi_universe_core.{name}" for name in public} <= anchors
    assert {f"multi_universe_core.rollout.{name}" for name in rollout.__all__} <= anchors


def test_pages_from_the_root_are_there_and_their_links_lead_somewhere(site: Path) -> None:
    for page, words in (
        ("rules", "R-SHOOT-2"),
        ("changelog", "Outcomes"),
        ("contributing", "Negative controls"),
    ):
        assert words in (site / f"{page}.html").read_text(encoding="utf-8")
    for page in site.rglob("*.html"):
        for address in re.findall(r'href="([^"#?]+)"', page.read_text(encoding="utf-8")):
            if not re.match(r"\w+:", address) and page.name != "404.html":
                assert (page.parent / address).exists(), (page, address)

"""Pages of the site that stand elsewhere in the repository: a hook of mkdocs.

RULES.md and its like have their place in the root, where people look for them, and are shown as they are.
Links from a page to a file that is no page of the site lose their address and keep their text.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
# Page of the site, and the file that it shows.
FROM_ROOT = {
    "rules.md": "RULES.md",
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "architecture.md": "ARCHITECTURE.md",
    "examples.md": "examples/README.md",
}
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages from the root."""
    for page, source in FROM_ROOT.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, files: Files, **_: Any) -> str:
    """Turns links to files of the repository into links to the pages that show them."""
    source = FROM_ROOT.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    pages = {file: page for page, file in FROM_ROOT.items()}

    def link(found: re.Match[str]) -> str:
        text, address, anchor = found[1], found[2], found[3] or ""
        if re.match(r"\w+:", address):
            return found[0]
        file = posixpath.normpath(posixpath.join(posixpath.dirname(source), address))
        target = pages.get(file) or file.removeprefix("docs/")
        return f"[{text}]({target}{anchor})" if files.get_file_from_path(target) else text

    return LINK.sub(link, markdown)

"""Reference pages that are made, not written: which are not current, and bringing them up to date.

Here: pages as texts by file name against a folder. Never here: what a page says
(`hub.programmes.pages`, `sources.reference_pages`). Next: `hub programmes pages`, `hub catalogue pages`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import typer


def stale_pages(folder: Path, pages: Mapping[str, str]) -> list[str]:
    """Return the names of pages in `folder` that are missing, outdated or left over."""
    held = {path.name: path.read_text("utf-8") for path in folder.glob("*.md")}
    return sorted(name for name in {*pages, *held} if pages.get(name) != held.get(name))


def write_pages(folder: Path, pages: Mapping[str, str]) -> int:
    """Bring the pages in `folder` up to date, removing left-over ones; return their number."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, "utf-8")
    return len(pages)


def renew_pages(folder: Path, pages: Mapping[str, str], *, check_only: bool, command: str) -> None:
    """Do what a command `pages` does: write, or only check and exit with 1 where a page is stale."""
    if check_only:
        stale = stale_pages(folder, pages)
        for name in stale:
            typer.echo(f"{folder / name} is not current; run `{command}`", err=True)
        raise typer.Exit(1 if stale else 0)
    typer.echo(f"{write_pages(folder, pages)} pages in {folder}")

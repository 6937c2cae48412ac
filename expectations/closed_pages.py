"""Great Expectations' pages made fit for a closed network: no script, nothing from outside.

Here: taking out what GX's templates load from content networks, a small style sheet, an index
that needs no script. Never here: running suites. Next: `expectations.data_docs` hands the site out.

As they come, the pages ask a dozen outside hosts for scripts and styles, tell them by that who is
looking, and show an empty index where those hosts cannot be reached.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from lxml import html

STYLE_FILE = "static/closed.css"

STYLE = """\
body { font-family: system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 1rem 2rem;
  color: #1d2733; line-height: 1.45; }
a { color: #0b5a9d; }
h4 { font-size: 1.4rem; } h5 { font-size: 1.15rem; } h6 { font-size: 1rem; margin: .5rem 0; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; width: 100%; }
th, td { border: 1px solid #d5dbe1; padding: .35rem .6rem; text-align: left; vertical-align: top; }
th { background: #f1f4f7; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.blocked td { background: #fdeeee; }
.ge-navigation-sidebar-container, .navbar { position: static; max-height: none !important;
  height: auto !important; }
.fa-check-circle::before { content: "\\2713"; color: #1a7f37; font-style: normal; }
.fa-times::before { content: "\\2717"; color: #b42318; font-style: normal; font-weight: bold; }
.popover, .cooltip .top, .cooltip .bottom { display: none; }
"""

DEAD_WITHOUT_SCRIPT = (
    "//script | //style | //footer | //iframe | //form | //button | //input | //label"
    " | //link[starts-with(@href, 'http')] | //img"
    " | //*[contains(@class, 'ge-walkthrough-modal')]"
    " | //*[contains(@class, 'page-action') or @id = 'ge-cta-footer']"
    " | //a[starts-with(@data-toggle, 'collapse')] | //a[starts-with(@href, 'http')]"
)


@dataclass(frozen=True, slots=True)
class PageLink:
    """One line of the index: a delivery, its counts and its page."""

    code: str
    name: str
    made_at: dt.datetime
    rules: int
    blocking: int
    warnings: int
    page: str
    """Path of the page below the site."""


def close_pages(site: Path) -> None:
    """Rewrite every page below `site` in place."""
    style = site / STYLE_FILE
    style.parent.mkdir(parents=True, exist_ok=True)
    style.write_text(STYLE, "utf-8")
    for page in sorted(site.rglob("*.html")):
        tree = html.fromstring(page.read_bytes())
        for element in tree.xpath(DEAD_WITHOUT_SCRIPT):
            if element.getparent() is not None:
                element.drop_tree()
        up = "../" * (len(page.relative_to(site).parts) - 1)
        link = html.Element("link", rel="stylesheet", href=up + STYLE_FILE)
        tree.find("head").append(link)
        page.write_bytes(html.tostring(tree, encoding="utf-8", doctype="<!DOCTYPE html>"))


def write_index(site: Path, links: Sequence[PageLink]) -> Path:
    """Write the site's index: a line for each delivery, blocked ones first."""
    lines = "\n".join(
        f"<tr{' class=blocked' if link.blocking else ''}>"
        f'<td><a href="{quote(link.page)}">{escape(link.code)}</a></td>'
        f"<td>{escape(link.name)}</td>"
        f"<td>{link.made_at:%Y-%m-%d %H:%M}</td>"
        f'<td class="number">{link.rules}</td><td class="number">{link.blocking}</td>'
        f'<td class="number">{link.warnings}</td></tr>'
        for link in sorted(links, key=lambda link: (-link.blocking, -link.warnings, link.code))
    )
    index = site / "index.html"
    index.write_text(
        f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Quality of deliveries</title>
<link rel="stylesheet" href="{STYLE_FILE}"></head>
<body>
<h1>Quality of deliveries</h1>
<p>A line is one delivery and the suite of its document type. A broken blocking rule keeps the
delivery out of the night; a warning does not. Pages hold counts, never values.</p>
<table>
<tr><th>Type</th><th>Name</th><th>Made at</th><th>Rules</th><th>Blocking</th><th>Warnings</th></tr>
{lines}
</table>
</body>
</html>
""",
        "utf-8",
    )
    return index

"""The data dictionary as one page that finds words without a server.

Here: what the page says and its search. Never here: the meanings (`warehouse.dictionary`). Next: the
night writes it as `<home>/reports/<release>/dictionary.html`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from hub.pages.page import Page, table

_HEADINGS = {
    "column_name": "Column · 열",
    "type": "Type · 자료형",
    "meaning_en": "Meaning",
    "meaning_ko": "뜻",
    "unit": "Unit · 단위",
    "source": "Source · 출처",
}
_SEARCH = """
<input id="word" type="search" placeholder="word, 낱말" autofocus
 style="width:100%;padding:8px 12px;font:inherit;border:1px solid var(--line);border-radius:8px">
<p id="told"></p>
<script>
const word = document.getElementById("word"), told = document.getElementById("told");
addEventListener("DOMContentLoaded", () => {
  const cards = [...document.querySelectorAll("[data-table]")].map(mark => mark.closest("section"));
  const look = () => {
    const asked = word.value.trim().toLowerCase().split(/\\s+/).filter(Boolean);
    let rows = 0, tables = 0;
    for (const card of cards) {
      const frame = card.querySelector("[data-table]").textContent.toLowerCase()
        + card.querySelector("h2").textContent.toLowerCase();
      const whole = asked.every(each => frame.includes(each));
      let hits = 0;
      for (const row of card.querySelectorAll("tbody tr")) {
        const text = frame + row.textContent.toLowerCase();
        const shown = whole || asked.every(each => text.includes(each));
        row.hidden = !shown;
        hits += shown;
      }
      card.hidden = !hits && !whole;
      rows += hits;
      tables += !card.hidden;
    }
    told.textContent = `${tables} tables, ${rows} columns · 표 ${tables}개, 열 ${rows}개`;
  };
  word.addEventListener("input", look);
  if (location.hash) word.value = decodeURIComponent(location.hash.slice(1));
  look();
});
</script>
"""


def dictionary_page(
    release_id: str,
    tables: Sequence[Mapping[str, str]],
    columns: Sequence[Mapping[str, str]],
) -> str:
    """Return the page as HTML.

    Args:
        release_id: whose dictionary it is.
        tables: rows of `dictionary_table`.
        columns: rows of `dictionary_column`, in the order of the tables' columns.
    """
    page = Page(
        title="Data dictionary · 데이터 사전",
        lead=f"Release {release_id}. Every table and column of the internal mart, with meaning, "
        "unit and source. A mart of a role holds a part of them. "
        "모든 표와 열의 뜻, 단위, 출처.",
        footer="Amounts are in won unless the unit says otherwise. IDs are the hub's own. "
        "A word after # in the address is looked for at once.",
    )
    page.tile("tables · 표", f"{len(tables):,}")
    page.tile("columns · 열", f"{len(columns):,}")
    page.wide("Search · 찾기", "", _SEARCH)
    held: dict[str, list[Mapping[str, str]]] = {}
    for column in columns:
        held.setdefault(column["table_name"], []).append(column)
    for each in tables:
        name = each["table_name"]
        said = (
            f"<p data-table>{escape(each['meaning_en'])}<br>{escape(each['meaning_ko'])}<br>"
            f"<small>{escape(each['source'])}</small></p>"
        )
        page.wide(name, "", said + table(held.get(name, []), _HEADINGS))
    return page.html()

"""Laying the first grants down: an empty form, or the simulated authority's, to try the hub with.

Here: copying the forms of `hub/access/examples` with this year's days, and registering their officials.
Never here: what a grant means (`hub.access`). Next: `hub access init`; operator mode ends with it.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path

import hub.access
from warehouse import durable
from warehouse.access_log import AccessRefusedError
from warehouse.gateway.standing_grants import GRANTS, standing_grants
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.official_commands import read_posts

EXAMPLES = Path(hub.access.__file__).parent / "examples"
_YEAR = dt.timedelta(days=365)


class GrantsThereError(Exception):
    """This hub has grants already; nothing was written."""


def lay_first_grants(layout: Layout, today: dt.date, *, is_example: bool) -> Path:
    """Make the folder of grants with one file in it, and return that file.

    Raises:
        GrantsThereError: the folder is there.
        LedgerError: an official of the example holds another post that day.
        AccessLogError: the change cannot be logged.
    """
    folder = layout.home / GRANTS
    if folder.exists():
        raise GrantsThereError(f"{folder.name} is there already; add files to it by hand")
    layout.prepare()
    if is_example:
        officials = layout.home / ".example-officials.csv"
        try:
            durable.write_text(officials, _filled("officials.csv", today))
            with Ledger.open(layout.ledger_url) as ledger:
                ledger.take_posts(read_posts(officials))
        finally:
            officials.unlink(missing_ok=True)
    name = "example.toml" if is_example else "first.toml"
    text = _filled("grants.toml" if is_example else name, today)
    with durable.published_folder(folder) as staging:
        durable.write_text(staging / name, text)
    # The log says which grants stand from now on; the empty form has none.
    with suppress(AccessRefusedError):
        standing_grants(layout)
    return folder / name


def _filled(name: str, today: dt.date) -> str:
    text = (EXAMPLES / name).read_text("utf-8")
    return text.replace("{from}", today.isoformat()).replace("{to}", (today + _YEAR).isoformat())

"""Texts that mean something to a database, a shell, a template or a path, if somebody lets them.

Here: the payloads and the marks that they would leave. Never here: the doors they are pushed through
(`test_injections`).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

CLOSERS = ("'", '"', "')", '")', "'))", "1", "*/", "''", "\\'", "x'", 'x"', "\uff07", "`", "';")
BODIES = (
    " OR 1=1 --",
    "; DROP TABLE official; --",
    "; DELETE FROM release; --",
    "; COPY (SELECT 1) TO '{mark}'; --",
    "; ATTACH '{mark}' AS stolen; --",
    " UNION ALL SELECT content FROM read_text('{secret}') --",
    " || (SELECT content FROM read_text('{secret}')) || '",
    "; UPDATE official SET role = 'head'; --",
)
OTHERS = (
    "$(touch {mark})", "`touch {mark}`", "| touch {mark}", "; touch {mark};", "&& touch {mark}",
    "@{secret}", "{secret}", "file://{secret}", "../../../../../../etc/passwd", "..\\..\\windows",
    "{{{{7*7}}}}", "${{7*7}}", "{0.__class__}", "%(name)s", "%s%s%s%n", "=cmd|'/C touch {mark}'!A0",
    "<!ENTITY x SYSTEM 'file://{secret}'>", "&x;", "<script>1</script>", "\u202e'; --", "x\ty",
    "a\nb'; DROP TABLE official; --", "x" * 4000, "__import__('os').system('touch {mark}')",
)  # fmt: skip
SECRET = "SECRET-OF-THE-MACHINE"  # noqa: S105 (a word to look for)
SYMPTOMS = ("syntax error", "Parser Error", "Binder Error", "OperationalError", "Traceback", SECRET)
"""What is said where a text has been taken for a part of a statement, or a secret has come out."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What an injection would leave: a file, or the words of another."""

    folder: Path

    @property
    def secret(self) -> Path:
        """A file that no answer may quote."""
        return self.folder / "secret.txt"

    def payloads(self) -> list[str]:
        """Every payload, aimed at these marks."""
        self.secret.write_text(SECRET, "utf-8")
        texts = [closer + body for closer, body in itertools.product(CLOSERS, BODIES)]
        filled = {"mark": str(self.folder / "mark"), "secret": str(self.secret)}
        return [text.format_map(filled) for text in (*texts, *OTHERS[:10], *OTHERS[14:])] + [
            text.replace("{{", "{").replace("}}", "}") for text in OTHERS[10:14]
        ]

    def effects(self) -> list[str]:
        """What was left behind."""
        return sorted(path.name for path in self.folder.iterdir() if path.name != self.secret.name)


def ledger_state(url: str) -> dict[str, int]:
    """Table → how many rows it has."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        counted = {
            name: connection.execute(
                sa.select(sa.func.count()).select_from(sa.table(name))
            ).scalar_one()
            for name in sa.inspect(engine).get_table_names()
        }
    engine.dispose()
    return counted

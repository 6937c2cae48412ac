"""The linkage model: what is compared, how it is trained, and how pairs are scored.

Here: the comparisons, training without labels, the model's document, and scoring with Splink.
Never here: which pairs are compared (`warehouse/sql/identity/candidate_pair.sql`) or what follows
from a score (`hub.identity.resolution`). Next: scored pairs go to the resolution.

Splink is imported inside the functions that run it: it is not needed to know the model.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    import duckdb

SHIPPED_MODEL = "person_linkage_v1.json"
RECORD_COLUMNS = (
    "record_id",
    "script",
    "family_key",
    "given_key",
    "name_key",
    "given_sound",
    "roman_key",
    "name_letters",
    "birth_digits",
    "sex",
    "address_key",
    "building_key",
    "phone",
)
_FREQUENCY_COLUMNS = ("family_key", "given_key")
_FREQUENCY_FLOOR = 5
"""Names of fewer people are not written into the model: they could identify somebody."""
_RARE_NAME = 3
"""Birth dates with which a name may go, misspelt ones included, to count as one person's."""
_PARAMETER_DECIMALS = 10
_RAREST = {"m_probability": 1e-3, "u_probability": 1e-6}
_UNSEEN_DIFFERENT = {"m_probability": 0.3, "u_probability": 0.999}
"""What a level gets that training never saw: neither certainty nor impossibility."""


@dataclass(frozen=True, slots=True)
class LinkageModel:
    """A trained model as it is kept: Splink's settings and the frozen name frequencies."""

    version: str
    settings: dict[str, Any]
    frequencies: dict[str, dict[str, float]]

    def dumps(self) -> str:
        """Return the model's document, the same text for the same model."""
        document = {
            "version": self.version,
            "frequencies": self.frequencies,
            "settings": self.settings,
        }
        return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @classmethod
    def loads(cls, text: str) -> LinkageModel:
        """Read a model's document."""
        document = json.loads(text)
        return cls(document["version"], document["settings"], document["frequencies"])


def shipped_model() -> LinkageModel:
    """Return the model that belongs to this version of the hub."""
    folder = resources.files("hub.identity") / "models"
    return LinkageModel.loads((folder / SHIPPED_MODEL).read_text("utf-8"))


def _null(sql: str) -> dict[str, Any]:
    return {"sql_condition": sql, "label_for_charts": "nothing to compare", "is_null_level": True}


def _level(label: str, sql: str, frequency: str | None = None) -> dict[str, Any]:
    level: dict[str, Any] = {"sql_condition": sql, "label_for_charts": label}
    return level | ({"tf_adjustment_column": frequency} if frequency else {})


_ELSE = _level("different", "ELSE")


def _comparison(name: str, *levels: dict[str, Any]) -> dict[str, Any]:
    return {"output_column_name": name, "comparison_levels": [*levels, _ELSE]}


def comparisons() -> list[dict[str, Any]]:
    """Return the comparisons as Splink's settings spell them, exact levels first."""
    either = "{0}_l IS NULL OR {0}_r IS NULL"
    same_sound = "given_sound_l = given_sound_r AND length(given_sound_l) > 1"
    similar = "jaro_winkler_similarity(name_letters_l, name_letters_r)"
    birth_swap = (
        "left(birth_digits_l, 4) = left(birth_digits_r, 4)"
        " AND substr(birth_digits_l, 5, 2) = substr(birth_digits_r, 7, 2)"
        " AND substr(birth_digits_l, 7, 2) = substr(birth_digits_r, 5, 2)"
    )
    return [
        _comparison(
            "family_name",
            _null(either.format("family_key")),
            _level("same", "family_key_l = family_key_r", "family_key"),
        ),
        _comparison(
            "given_name",
            # A hangul and a latin spelling can agree in sound, but not disagree.
            _null(f"{either.format('given_key')} OR (script_l <> script_r AND NOT ({same_sound}))"),
            _level("same", "given_key_l = given_key_r", "given_key"),
            _level("same words in another order", "name_key_l = name_key_r"),
            _level("one letter off", f"script_l = script_r AND {similar} >= 0.93"),
            _level("same sound", same_sound),
            _level("similar", f"script_l = script_r AND {similar} >= 0.85"),
        ),
        _comparison(
            "birth_date",
            _null(either.format("birth_digits")),
            _level("same", "birth_digits_l = birth_digits_r"),
            _level("one digit off", "levenshtein(birth_digits_l, birth_digits_r) <= 1"),
            _level("day and month swapped", birth_swap),
            _level("same month and day", "right(birth_digits_l, 4) = right(birth_digits_r, 4)"),
            _level("same year", "left(birth_digits_l, 4) = left(birth_digits_r, 4)"),
        ),
        _comparison("sex", _null(either.format("sex")), _level("same", "sex_l = sex_r")),
        _comparison(
            "address",
            _null(either.format("building_key")),
            _level("same dwelling", "address_key_l = address_key_r"),
            _level("same building", "building_key_l = building_key_r"),
        ),
        _comparison("phone", _null(either.format("phone")), _level("same", "phone_l = phone_r")),
    ]


def _settings() -> dict[str, Any]:
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_id",
        "sql_dialect": "duckdb",
        "probability_two_random_records_match": 1e-4,
        "comparisons": comparisons(),
        "blocking_rules_to_generate_predictions": [],
        "retain_intermediate_calculation_columns": False,
        "retain_matching_columns": False,
    }


def train_model(
    connection: duckdb.DuckDBPyConnection, table: str, version: str, *, seed: int = 1
) -> LinkageModel:
    """Train a model on the descriptions in `table`, without labels.

    Args:
        connection: where `table` lies; its rows have `RECORD_COLUMNS`, one for each signature,
            several for most people, `name_bearers` (birth dates that go with the name) and
            `is_representative` (one of each person's).
        table: name of the table.
        version: what the model will be called.
        seed: of the pairs that u is counted on.

    u is counted on random pairs of people with different numbers. m is estimated by expectation maximisation in three sessions,
    each among pairs that agree in what the session does not estimate; birth dates only among
    bearers of rare names, because most pairs of a common name are two people. Parameters are rounded, so
    that a model has one digest.
    """
    from splink import DuckDBAPI, Linker, block_on
    from splink.blocking_rule_library import CustomRule

    api = DuckDBAPI(connection)

    def linker_on(rows: str, settings: dict[str, Any]) -> Linker:
        columns = ", ".join((*RECORD_COLUMNS, "name_bearers"))
        frame = api.register(
            connection.sql(f"SELECT {columns} FROM {table} {rows} ORDER BY record_id"),
            dataset_display_name=_unused_name(connection, "training_input"),
        )
        return Linker(frame, settings, log_level=None)

    strangers = linker_on("WHERE is_representative", _settings())
    strangers.training.estimate_u_using_random_sampling(
        max_pairs=2_000_000, seed=seed, num_chunks=1
    )
    linker = linker_on("", strangers.misc.save_model_to_json())
    for rule in (
        block_on("birth_digits", "family_key"),
        CustomRule(
            "l.name_key = r.name_key AND l.family_key = r.family_key"
            f" AND l.name_bearers <= {_RARE_NAME} AND r.name_bearers <= {_RARE_NAME}"
        ),
        block_on("birth_digits", "given_key"),
    ):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    settings = linker.misc.save_model_to_json()
    return LinkageModel(version, _rounded(settings), _frequencies(connection, table))


def _rounded(settings: dict[str, Any]) -> dict[str, Any]:
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            if level.get("is_null_level"):
                continue
            unseen = _UNSEEN_DIFFERENT if level["sql_condition"] == "ELSE" else _RAREST
            for parameter, least in _RAREST.items():
                value = level.get(parameter)
                known = max(value, least) if isinstance(value, float) else unseen[parameter]
                level[parameter] = round(known, _PARAMETER_DECIMALS)
    settings.pop("linker_uid", None)
    return settings


def _frequencies(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, dict[str, float]]:
    frequencies = {}
    for column in _FREQUENCY_COLUMNS:
        rows = connection.sql(
            f"""
            SELECT {column}, round(count(*) / sum(count(*)) OVER (), {_PARAMETER_DECIMALS})
            FROM {table} WHERE {column} IS NOT NULL AND script = 'hangul'
            GROUP BY {column}
            QUALIFY count(DISTINCT birth_digits) >= {_FREQUENCY_FLOOR}
            ORDER BY {column}
            """
        ).fetchall()
        frequencies[column] = dict(rows)
    return frequencies


def score_pairs(
    connection: duckdb.DuckDBPyConnection,
    records: str,
    pairs: str,
    model: LinkageModel,
    population: int,
) -> pl.DataFrame:
    """Score the pairs of records in `pairs`.

    Args:
        connection: where both tables lie.
        records: table of `RECORD_COLUMNS`.
        pairs: table of (`match_key`, `join_key_l`, `join_key_r`).
        model: the trained model with its frozen frequencies.
        population: number of anchors; the prior is one in as many.

    Returns:
        (`record_l`, `record_r`, `match_weight`), weights in bits, rounded to six decimals.
    """
    if not connection.sql(f"SELECT 1 FROM {pairs} LIMIT 1").fetchall():
        return pl.DataFrame(
            schema={"record_l": pl.UInt64, "record_r": pl.UInt64, "match_weight": pl.Float64}
        )
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI(connection)
    columns = ", ".join(RECORD_COLUMNS)
    # Only records that are in a pair are handed over: most anchors are in none.
    frame = api.register(
        connection.sql(
            f"""
            SELECT {columns} FROM {records}
            WHERE record_id IN (SELECT join_key_l FROM {pairs} UNION SELECT join_key_r FROM {pairs})
            ORDER BY record_id
            """
        ),
        dataset_display_name=_unused_name(connection, "linkage_input"),
    )
    settings = model.settings | {"probability_two_random_records_match": 1 / max(population, 2)}
    linker = Linker(frame, settings, log_level=None)
    for column, frequency in model.frequencies.items():
        lookup = pl.DataFrame(
            {column: list(frequency), f"tf_{column}": list(frequency.values())},
            schema={column: pl.String, f"tf_{column}": pl.Float64},
        )
        name = _unused_name(connection, f"frequency_{column}")
        connection.register(f"{name}_frame", lookup)
        connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM {name}_frame").fetchall()
        linker.table_management.register_term_frequency_lookup(
            api.register(connection.table(name), dataset_display_name=f"{name}_lookup"), column
        )
    linker.table_management.register_blocked_pairs_for_predict(
        api.register(
            connection.table(pairs), dataset_display_name=_unused_name(connection, "linkage_pairs")
        )
    )
    scored = linker.inference.predict()
    frame_scored: pl.DataFrame = connection.sql(
        f"""
        SELECT record_id_l AS record_l, record_id_r AS record_r,
               round(match_weight, 6) AS match_weight
        FROM {scored.physical_name} ORDER BY 1, 2
        """
    ).pl()
    linker.table_management.delete_tables_created_by_splink_from_db()  # type: ignore[no-untyped-call]
    return frame_scored


def _unused_name(connection: duckdb.DuckDBPyConnection, stem: str) -> str:
    # Splink refuses a name that was used on the connection before, even by another night.
    taken = {
        row[0]
        for row in connection.sql("SELECT table_name FROM information_schema.tables").fetchall()
    }
    number = 1
    while any(other.startswith(f"{stem}_{number}") for other in taken):
        number += 1
    return f"{stem}_{number}"

"""Great Expectations suites of document types.

Here: rules → `gx.ExpectationSuite`, one suite a type and schema version. Never here: running a
suite (`expectations.engine`) or choosing its rules (`expectations.derivation`). Great
Expectations is imported inside the functions, because its import takes many seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from expectations.derivation import rules_for
from expectations.rules import Rule
from hub.catalogue import CodeSet, DocumentType, Family, SchemaVersion

if TYPE_CHECKING:
    import great_expectations as gx

RULE_KEY = "rule"
"""Key of an expectation's meta data under which its rule's key is kept."""


def suite_for(
    document: DocumentType,
    version: SchemaVersion,
    family: Family,
    code_sets: Mapping[str, CodeSet],
) -> gx.ExpectationSuite:
    """Return the suite of `document` in schema `version`.

    Latest dates are suite parameters (`expectations.rules.horizons`), so one suite serves
    deliveries of every night.
    """
    return suite_of(suite_name(document, version), rules_for(document, version, family, code_sets))


def suite_name(document: DocumentType, version: SchemaVersion) -> str:
    """Return the suite's name: the type and its schema version."""
    return f"{document.code} version {version.number}"


def suite_of(name: str, rules: Sequence[Rule]) -> gx.ExpectationSuite:
    """Return a suite of `rules`, in their order."""
    import great_expectations as gx

    suite = gx.ExpectationSuite(name=name)
    suite.expectations = [_expectation(rule) for rule in rules]
    return suite


def _expectation(rule: Rule) -> Any:
    from expectations import counting

    expectation = getattr(counting, rule.kind.expectation)
    fraction = {"mostly": 1 - rule.allowed_fraction} if rule.allowed_fraction else {}
    return expectation(
        **rule.arguments,
        **fraction,
        severity=rule.kind.severity.value,
        description=rule.kind.meaning,
        meta={RULE_KEY: rule.key},
    )

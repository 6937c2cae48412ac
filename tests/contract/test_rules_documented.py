"""Every rule of the vocabulary is explained, used, and made of a class that exists."""

import re
from pathlib import Path

from expectations.derivation import rules_for
from expectations.rules import RULE_KINDS
from sources.registry import load_catalogue

PAGE = Path(__file__).parents[2] / "docs" / "expectations.md"


def documented():
    """Return rule id → the text below its heading."""
    parts = re.split(r"^### `(\w+)`$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return {
        rule: " ".join(text.split()) for rule, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_every_rule_has_a_heading_and_no_heading_is_left_over():
    assert list(documented()) == list(RULE_KINDS)


def test_every_rule_says_what_it_does_and_what_to_do():
    for rule, text in documented().items():
        assert RULE_KINDS[rule].meaning in text, rule
        assert f"**{RULE_KINDS[rule].severity}**" in text, rule
        assert "When it breaks" in text, rule


def test_every_rule_is_given_to_some_document_type():
    catalogue = load_catalogue()
    used = {
        rule.kind.id
        for document in catalogue.documents.values()
        for version in document.versions
        for rule in rules_for(
            document, version, catalogue.families[document.family], catalogue.code_sets
        )
    }
    assert used == set(RULE_KINDS)


def test_every_suite_holds_the_shape_and_stays_small():
    catalogue = load_catalogue()
    for document in catalogue.documents.values():
        family = catalogue.families[document.family]
        for version in document.versions:
            kinds = [r.kind.id for r in rules_for(document, version, family, catalogue.code_sets)]
            assert kinds[:2] == ["columns_expected", "types_expected"], document.code
            assert len(kinds) <= 24, document.code

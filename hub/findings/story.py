"""A finding in words: what was found, on which records it rests, what clears it, what became of it.

Here: the story's parts and its sentences in English and Korean. Never here: reading a release, the
ledger or the archive (`pipelines.finding_files`). Next: `hub explain finding` prints the lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from hub.findings.rules import Action, Rule
from hub.programmes.explanation.point import Point
from hub.programmes.explanation.rendering import WIDTH, branches, fold
from hub.programmes.explanation.texts import Text, day_text, quantity, same

_ACTIONS: dict[str, Text] = {
    Action.AUTO: Text(
        "holds the next payment at once, reversible", "다음 지급을 즉시 보류(되돌릴 수 있음)"
    ),
    Action.HOLD: Text("may propose a hold after notice", "통지 후 지급보류를 제안할 수 있음"),
    Action.REV: Text("asks a person to look, holds nothing", "담당자 확인만 요청, 보류 없음"),
    Action.INFO: Text("is only counted", "집계만 함"),
}
_STATES: dict[str, Text] = {
    "open": Text("open", "미결"),
    "cleared": Text("closed: its evidence is gone", "종결: 근거 소멸"),
    "superseded": Text("goes on as another finding", "다른 건으로 이어짐"),
    "confirmed": Text("confirmed by a person", "담당자가 확정"),
    "overturned": Text("overturned by a person", "담당자가 기각"),
}
_EVENTS: dict[str, Text] = {
    "opened": Text("found first", "처음 발견"),
    "cleared": Text("evidence gone", "근거 소멸"),
    "returned": Text("evidence is back", "근거 재발견"),
    "superseded": Text("goes on with other facts as", "사실이 바뀌어 이어진 건:"),
    "moved": Text("goes on under the merged person as", "통합된 사람으로 이어진 건:"),
}
_NO_VERDICT = Text(
    "A finding is a question to people, never a verdict.", "이 건은 확인 요청이며 판정이 아닙니다."
)


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """A row of a delivery on which a finding rests."""

    role: str
    document_type: str
    document_name: Text
    delivery_id: str
    line: int | None
    """Null where the evidence is a log's entry or a whole delivery."""
    file_name: str
    made_at: dt.datetime | None
    received_at: dt.datetime | None
    sha256: str
    is_archived: bool | None
    """Whether the received bytes are still those of the ledger; None where there is no delivery."""
    values: Mapping[str, object]
    """What the row says, without names, addresses and tokens."""


@dataclass(frozen=True, slots=True)
class FindingStory:
    """A finding with all that an auditor asks of it."""

    finding: Mapping[str, object]
    """Row of the release's `finding`."""
    release_id: str
    rule: Rule
    installed_version: str
    """Version of `rule`; the finding names the one that found it."""
    looks_for: str
    """First comment of the rule's SQL."""
    programmes: tuple[Text, ...]
    state: Mapping[str, object]
    """Row of the ledger's states; empty where the release is not in this ledger."""
    events: tuple[tuple[dt.date, str, str], ...]
    """Night, kind, other finding."""
    case_id: str | None
    evidence: tuple[EvidenceRecord, ...]

    @property
    def is_of_this_rule(self) -> bool:
        """Whether the installed rule is of the version that made the finding."""
        return self.finding["rule_version"] == self.installed_version

    def mapping(self) -> dict[str, object]:
        """Return everything as plain values, for JSON."""
        return {
            **self.finding,
            "release_id": self.release_id,
            "rule_name": self.rule.name_en,
            "installed_version": self.installed_version,
            "looks_for": self.looks_for,
            "parameters": dict(self.rule.settings),
            "tolerance": self.rule.tolerance,
            "state": self.state.get("state"),
            "first_seen": self.state.get("first_seen"),
            "last_seen": self.state.get("last_seen"),
            "successor_id": self.state.get("successor_id"),
            "case_id": self.case_id,
            "events": [
                {"night": night, "kind": kind, "other_finding_id": other}
                for night, kind, other in self.events
            ],
            "evidence": [
                {
                    "role": record.role,
                    "document_type": record.document_type,
                    "document_name": record.document_name.en,
                    "delivery_id": record.delivery_id,
                    "line": record.line,
                    "file_name": record.file_name,
                    "made_at": record.made_at,
                    "received_at": record.received_at,
                    "sha256": record.sha256,
                    "is_archived": record.is_archived,
                    "values": dict(record.values),
                }
                for record in self.evidence
            ],
        }


def render_story(story: FindingStory, language: str, width: int = WIDTH) -> list[str]:
    """Return the lines of a story in one language, none wider than `width`."""
    finding, rule = story.finding, story.rule
    name = Text(rule.name_en, rule.name_ko)
    title = same(f"{finding['finding_id']}: {rule.id} ") + name
    sections = [
        (Text("What was found", "발견 내용"), _found(story)),
        (Text("Evidence", "근거"), [_record_point(record) for record in story.evidence]),
        (Text("The rule", "규칙"), _rule(story)),
        (Text("What became of it", "경과"), _course(story)),
    ]
    lines = fold(title.said(language), width) + fold(_NO_VERDICT.said(language), width)
    for heading, points in sections:
        if points:
            lines += ["", heading.said(language), *branches(points, language, "", width)]
    return lines


def _found(story: FindingStory) -> list[Point]:
    finding = story.finding
    amount = finding["amount_at_stake"]
    points = [
        Point(
            Text("about: ", "대상: ") + same(f"{finding['subject_kind']} {finding['subject_id']}")
        ),
        Point(Text("found: ", "내용: ") + same(finding["statement"])),
        Point(Text("month: ", "대상월: ") + same(f"{finding['period']:%Y-%m}")),
    ]
    if finding["person_id"] not in {None, finding["subject_id"]}:
        points.insert(1, Point(Text("person: ", "사람: ") + same(finding["person_id"])))
    points += [Point(Text("programme: ", "급여: ") + programme) for programme in story.programmes]
    if isinstance(amount, int):
        points.append(Point(Text("at stake: ", "금액: ") + quantity(amount, "won")))
    return points


def _record_point(record: EvidenceRecord) -> Point:
    said = ", ".join(f"{name} {value}" for name, value in record.values.items())
    archived = {
        True: Text("archived bytes are those received", "보관 원문이 수신 원문과 일치"),
        False: Text("THE ARCHIVED BYTES ARE NOT THOSE RECEIVED", "보관 원문이 수신 원문과 다름"),
        None: Text("", ""),
    }[record.is_archived]
    below = [
        Point(Text("says: ", "내용: ") + same(said)) if said else None,
        Point(
            Text("received ", "수신 ")
            + same(f"{record.received_at:%Y-%m-%d %H:%M}" if record.received_at else "?")
            + Text(", made ", ", 작성 ")
            + same(f"{record.made_at:%Y-%m-%d}" if record.made_at else "?")
            + Text(f", file {record.file_name}", f", 파일 {record.file_name}")
        )
        if record.file_name
        else None,
        Point(Text(f"sha256 {record.sha256[:16]}…: ", f"sha256 {record.sha256[:16]}…: ") + archived)
        if archived
        else None,
    ]
    return Point(
        same(f"{record.role}: {record.document_type} ") + record.document_name + _place(record),
        children=tuple(point for point in below if point is not None),
    )


def _place(record: EvidenceRecord) -> Text:
    """Where the record lies: a delivery and its line, or an entry of one of the hub's own logs."""
    if not record.sha256:
        return Text(f", entry {record.delivery_id}", f", 기록 {record.delivery_id}")
    delivery = Text(f", delivery {record.delivery_id}", f", 송신분 {record.delivery_id}")
    if record.line is None:
        return delivery
    return delivery + Text(f", line {record.line}", f", {record.line}행")


def _rule(story: FindingStory) -> list[Point]:
    finding, rule = story.finding, story.rule
    action = str(finding["action"])
    settings = ", ".join(f"{name} = {amount:,}" for name, amount in rule.settings.items())
    points = [
        Point(Text("looks for: ", "찾는 것: ") + same(story.looks_for)),
        Point(Text("tolerates: ", "허용 오차: ") + same(rule.tolerance)),
        Point(Text("numbers: ", "기준값: ") + same(settings)),
        Point(same(f"{action}: ") + _ACTIONS[action]),
        Point(Text("law: ", "법적 근거: ") + same(rule.legal_basis)),
        Point(Text("cleared by: ", "해소 조건: ") + Text(rule.clears_when_en, rule.clears_when_ko)),
    ]
    if not story.is_of_this_rule:
        points.append(
            Point(
                Text(
                    "this installation's rule is of another version than the one that found it",
                    "설치된 규칙의 판이 이 건을 찾은 판과 다릅니다",
                )
            )
        )
    return points


def _course(story: FindingStory) -> list[Point]:
    state = story.state
    if not state:
        return []
    points = [Point(_STATES[str(state["state"])])]
    for night, kind, other in story.events:
        said = day_text(night) + same(": ") + _EVENTS[kind]
        points.append(Point(said + same(f" {other}") if other else said))
    if story.case_id:
        points.append(Point(Text("case: ", "사례: ") + same(story.case_id)))
    return points

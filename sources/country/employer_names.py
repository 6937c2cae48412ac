"""What employers in the simulated country are called.

Here: data. Never here: who works where (`population.livelihoods`). Next: the livelihoods of the
simulated people.
"""

from __future__ import annotations

EMPLOYER_WORDS: tuple[tuple[str, ...], tuple[str, ...]] = (
    (
        "한빛",
        "대성",
        "동양",
        "신우",
        "미래",
        "우리",
        "세진",
        "태광",
        "삼호",
        "청우",
        "금강",
        "한울",
        "대륙",
        "푸른",
        "새한",
        "동아",
        "성원",
        "유진",
        "진흥",
        "가온",
        "누리",
        "다온",
        "해솔",
        "보람",
        "중앙",
        "제일",
        "남도",
        "서해",
        "한결",
        "명성",
    ),
    (
        "산업",
        "전자",
        "건설",
        "물산",
        "테크",
        "식품",
        "유통",
        "정밀",
        "화학",
        "상사",
        "엔지니어링",
        "시스템",
        "의료재단",
        "교육",
        "운수",
        "섬유",
        "농산",
        "수산",
        "디자인",
        "환경",
        "개발",
        "통상",
    ),
)
"""First and second parts of employers' names."""

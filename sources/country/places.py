"""Places of the simulated country: districts with their codes, roads, ports and banks.

Here: data about places and institutions with public codes. Never here: who lives where
(`population.dwellings`). Next: addresses, payer regions, border crossings and accounts.
"""

from __future__ import annotations

DISTRICTS: tuple[tuple[str, str, str, str, float], ...] = (
    ("11110", "서울특별시", "종로구", "seoul", 1.0),
    ("11200", "서울특별시", "성동구", "seoul", 1.4),
    ("11290", "서울특별시", "성북구", "seoul", 2.0),
    ("11350", "서울특별시", "노원구", "seoul", 2.4),
    ("11380", "서울특별시", "은평구", "seoul", 2.2),
    ("11440", "서울특별시", "마포구", "seoul", 1.8),
    ("11500", "서울특별시", "강서구", "seoul", 2.6),
    ("11620", "서울특별시", "관악구", "seoul", 2.4),
    ("11680", "서울특별시", "강남구", "seoul", 2.6),
    ("11710", "서울특별시", "송파구", "seoul", 3.0),
    ("41117", "경기도", "수원시 영통구", "gyeonggi", 3.0),
    ("41135", "경기도", "성남시 분당구", "gyeonggi", 3.0),
    ("41190", "경기도", "부천시", "gyeonggi", 3.6),
    ("41273", "경기도", "안산시 단원구", "gyeonggi", 3.0),
    ("41285", "경기도", "고양시 일산동구", "gyeonggi", 3.2),
    ("41360", "경기도", "남양주시", "gyeonggi", 3.4),
    ("41390", "경기도", "시흥시", "gyeonggi", 2.4),
    ("41465", "경기도", "용인시 수지구", "gyeonggi", 2.8),
    ("41590", "경기도", "화성시", "gyeonggi", 3.6),
    ("26230", "부산광역시", "부산진구", "metropolitan", 2.1),
    ("26350", "부산광역시", "해운대구", "metropolitan", 2.2),
    ("26380", "부산광역시", "사하구", "metropolitan", 2.0),
    ("27260", "대구광역시", "수성구", "metropolitan", 2.2),
    ("27290", "대구광역시", "달서구", "metropolitan", 2.3),
    ("28200", "인천광역시", "남동구", "metropolitan", 2.6),
    ("28237", "인천광역시", "부평구", "metropolitan", 3.0),
    ("29170", "광주광역시", "북구", "metropolitan", 1.4),
    ("29200", "광주광역시", "광산구", "metropolitan", 1.3),
    ("30170", "대전광역시", "서구", "metropolitan", 1.5),
    ("30200", "대전광역시", "유성구", "metropolitan", 1.2),
    ("31140", "울산광역시", "남구", "metropolitan", 2.1),
    ("36110", "세종특별자치시", "", "metropolitan", 0.8),
    ("48121", "경상남도", "창원시 의창구", "metropolitan", 1.6),
    ("51110", "강원특별자치도", "춘천시", "other", 1.4),
    ("51130", "강원특별자치도", "원주시", "other", 1.5),
    ("43113", "충청북도", "청주시 흥덕구", "other", 1.8),
    ("43130", "충청북도", "충주시", "other", 1.2),
    ("44131", "충청남도", "천안시 동남구", "other", 2.4),
    ("44825", "충청남도", "태안군", "other", 1.6),
    ("52111", "전북특별자치도", "전주시 완산구", "other", 1.9),
    ("52140", "전북특별자치도", "익산시", "other", 1.5),
    ("46110", "전라남도", "목포시", "other", 1.2),
    ("46150", "전라남도", "순천시", "other", 1.3),
    ("46820", "전라남도", "해남군", "other", 1.0),
    ("47113", "경상북도", "포항시 북구", "other", 1.8),
    ("47190", "경상북도", "구미시", "other", 1.6),
    ("47170", "경상북도", "안동시", "other", 1.5),
    ("48250", "경상남도", "김해시", "other", 2.2),
    ("48840", "경상남도", "남해군", "other", 0.8),
    ("50110", "제주특별자치도", "제주시", "other", 1.4),
)
"""District code (5 digits), province, district, region of the asset rules, share of people."""

DONG_NAMES: tuple[str, ...] = (
    "신흥동",
    "중앙동",
    "평화동",
    "동산동",
    "장암동",
    "금곡동",
    "송정동",
    "산정동",
    "용호동",
    "매탄동",
    "행신동",
    "풍산동",
)

ROAD_NAMES: tuple[str, ...] = (
    "중앙로",
    "평화로",
    "한빛로",
    "매화로",
    "장미길",
    "은행나무길",
    "세종로",
    "충무로",
    "강변로",
    "대학로",
    "산업로",
    "새마을길",
    "무궁화로",
    "해맞이길",
    "솔밭길",
    "양지로",
    "향교길",
    "시청로",
    "과수원길",
    "온천로",
)

PORTS: tuple[str, ...] = ("ICN", "ICN", "ICN", "ICN", "GMP", "PUS", "CJU", "TAE", "BUSAN_PORT")

DESTINATIONS: tuple[str, ...] = (
    "jpn",
    "vnm",
    "tha",
    "chn",
    "usa",
    "phl",
    "twn",
    "deu",
    "aus",
    "can",
)

BANKS: tuple[str, ...] = (
    "004",
    "011",
    "020",
    "081",
    "088",
    "003",
    "023",
    "031",
    "032",
    "090",
    "092",
)

POST_OFFICE_BANK = "071"

"""Words of addresses and their normal forms. Here: lists only, in folded letters. Next: `addresses`."""

from __future__ import annotations

_STREET_TYPES = {
    "ST": "STREET STR STRASSE STRAAT STRASZE", "RD": "ROAD", "AVE": "AVENUE AV AVEN AVENIDA AVDA AVN",
    "BLVD": "BOULEVARD BOUL BD BVD", "DR": "DRIVE DRV", "LN": "LANE", "CT": "COURT CRT",
    "PL": "PLACE PLATZ PLAZA PLZ PLACA", "SQ": "SQUARE", "TCE": "TERRACE TER TERR", "CRES": "CRESCENT CR CRST CRESENT",
    "CL": "CLOSE", "HWY": "HIGHWAY HIWAY", "PDE": "PARADE", "PKWY": "PARKWAY PWY", "CIR": "CIRCLE CIRC CIRCUIT CCT",
    "ESP": "ESPLANADE", "GR": "GROVE GRV", "GDNS": "GARDENS GARDEN GDN", "TRL": "TRAIL", "WY": "WAY", "ALY": "ALLEY",
    "EXPY": "EXPRESSWAY", "PSGE": "PASSAGE", "CALLE": "C", "RUA": "R", "CHEMIN": "CHE CHEM",
    "N": "NORTH NORD NORTE", "S": "SOUTH SUD SUR", "E": "EAST EST ESTE", "W": "WEST OUEST OESTE",
    "MT": "MOUNT", "FT": "FORT", "BLDG": "BUILDING", "APT": "APARTMENT APPT APPARTEMENT APARTAMENTO",
    "УЛ": "УЛИЦА", "ПР": "ПРОСПЕКТ ПРТ ПРКТ", "ПЕР": "ПЕРЕУЛОК", "ПЛ": "ПЛОЩАДЬ", "ОБЛ": "ОБЛАСТЬ", "Г": "ГОРОД ГОР",
    "БУЛ": "БУЛЬВАР БР",
}  # fmt: skip
_STATES = {
    "NSW": "NEW SOUTH WALES", "VIC": "VICTORIA", "QLD": "QUEENSLAND", "TAS": "TASMANIA", "WA": "WESTERN AUSTRALIA",
    "SA": "SOUTH AUSTRALIA", "NT": "NORTHERN TERRITORY", "ACT": "AUSTRALIAN CAPITAL TERRITORY",
    "AL": "ALABAMA", "AK": "ALASKA", "AZ": "ARIZONA", "AR": "ARKANSAS", "CA": "CALIFORNIA", "CO": "COLORADO",
    "CT": "CONNECTICUT", "DE": "DELAWARE", "FL": "FLORIDA", "GA": "GEORGIA", "HI": "HAWAII", "ID": "IDAHO", "IL": "ILLINOIS",
    "IN": "INDIANA", "IA": "IOWA", "KS": "KANSAS", "KY": "KENTUCKY", "LA": "LOUISIANA", "ME": "MAINE", "MD": "MARYLAND",
    "MA": "MASSACHUSETTS", "MI": "MICHIGAN", "MN": "MINNESOTA", "MS": "MISSISSIPPI", "MO": "MISSOURI", "MT": "MONTANA",
    "NE": "NEBRASKA", "NV": "NEVADA", "NH": "NEW HAMPSHIRE", "NJ": "NEW JERSEY", "NM": "NEW MEXICO", "NY": "NEW YORK",
    "NC": "NORTH CAROLINA", "ND": "NORTH DAKOTA", "OH": "OHIO", "OK": "OKLAHOMA", "OR": "OREGON", "PA": "PENNSYLVANIA",
    "RI": "RHODE ISLAND", "SC": "SOUTH CAROLINA", "SD": "SOUTH DAKOTA", "TN": "TENNESSEE", "TX": "TEXAS", "UT": "UTAH",
    "VT": "VERMONT", "VA": "VIRGINIA", "WV": "WEST VIRGINIA", "WI": "WISCONSIN", "WY": "WYOMING",
    "ON": "ONTARIO", "QC": "QUEBEC", "BC": "BRITISH COLUMBIA", "AB": "ALBERTA", "MB": "MANITOBA", "SK": "SASKATCHEWAN",
}  # fmt: skip
WORD_FORMS = {
    phrase: short for short, phrases in _STREET_TYPES.items() for phrase in phrases.split()
} | {phrase: short for short, phrase in _STATES.items()}
"""Word or phrase → its normal form."""

UNIT_WORDS = (
    "UNIT FLAT FLT APT SUITE STE ROOM RM SHOP LVL LEVEL FLOOR FLR FL LOT VILLA TOWNHOUSE WOHNUNG WHG TOP PISO PUERTA"
    " DPTO DEPTO DEPARTAMENTO INT APTO LOJA КВ КВАРТИРА КОМ КОМНАТА BLK"
)
"""Words before the number of a dwelling in a building."""

DROPPED_WORDS = "NO NUM NUMBER NR NUMERO Д ДОМ"
"""Words before a house number that say nothing."""

PLACEHOLDERS = (
    "불명 미상 불상 주소불명 주소미상 거주불명 없음 거주지불명 주소없음 무주소 UNKNOWN NONE NULL NA NAN NIL NOTKNOWN NOTGIVEN NOTPROVIDED"
    " NOFIXEDABODE NOFIXEDADDRESS NFA NOADDRESS ADDRESSUNKNOWN UNKNOWNADDRESS HOMELESS SAMEASABOVE ASABOVE"
    " GENERALDELIVERY CAREOF REFUSED WITHHELD TEST TBA TBC XXX 不明 住所不定 住所不明"
).split()

KOREAN_PROVINCES = (
    (r"^서울(특별시|시)?", "서울"),
    (r"^(부산|대구|인천|광주|대전|울산)(광역시|시)?", "$1"),
    (r"^세종(특별자치시|시)?", "세종"),
    (r"^경기(도)?", "경기"),
    (r"^강원(특별자치도|도)?", "강원"),
    (r"^(충청북도|충북)", "충북"),
    (r"^(충청남도|충남)", "충남"),
    (r"^(전라북도|전북(특별자치도)?)", "전북"),
    (r"^(전라남도|전남)", "전남"),
    (r"^(경상북도|경북)", "경북"),
    (r"^(경상남도|경남)", "경남"),
    (r"^제주(특별자치도|도)?", "제주"),
)
HAN_NUMBERS = {
    "一": "1",
    "二": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "六": "6",
    "七": "7",
    "八": "8",
    "九": "9",
    "十": "10",
}

"""What foreigners in the simulated country are called, by nationality.

Here: data, in roman capitals. Never here: drawing names for people (`population.naming`). Next: the
naming of the simulated people.
"""

from __future__ import annotations

FOREIGN_NAMES: dict[str, tuple[float, tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "chn": (
        0.42,
        ("WANG", "LI", "ZHANG", "LIU", "CHEN", "YANG", "ZHAO", "JIN", "PIAO", "CUI"),
        ("WEI", "JIANGUO", "MINGZHE", "CHENGHAO", "LEI", "GANG", "YONGZHE", "HAO"),
        ("XIULAN", "MEIHUA", "LI NA", "YAN", "HONGMEI", "JINGYI", "CHUNJI", "XIAOYAN"),
    ),
    "vnm": (
        0.13,
        ("NGUYEN", "TRAN", "LE", "PHAM", "HOANG", "PHAN", "VU", "DANG"),
        ("VAN HUNG", "VAN NAM", "MINH TUAN", "DUC ANH", "QUOC BAO", "VAN THANH"),
        ("THI HOA", "THI LAN", "THI THU HUONG", "THI MAI", "NGOC ANH", "THI HANH"),
    ),
    "tha": (
        0.08,
        ("SRISUK", "CHAIYA", "SAELIM", "THONGCHAI", "WONGSA", "SUWAN"),
        ("SOMCHAI", "PRASERT", "NATTAPONG", "WICHAI", "ANUCHA"),
        ("SUDA", "NARUMON", "WILAI", "KANYA", "PIMCHANOK"),
    ),
    "uzb": (
        0.07,
        ("KARIMOV", "RAKHIMOV", "YUSUPOV", "TURSUNOV", "KIM", "ISMOILOV"),
        ("JASUR", "AZIZ", "SHERZOD", "BOBUR", "RUSTAM"),
        ("DILNOZA", "MADINA", "NARGIZA", "GULNORA", "SVETLANA"),
    ),
    "phl": (
        0.06,
        ("SANTOS", "REYES", "CRUZ", "BAUTISTA", "GARCIA", "DELA CRUZ"),
        ("JOSE MARIE", "MARK ANTHONY", "JOHN PAUL", "RAMON"),
        ("MARIA TERESA", "ANGELICA", "ROSE ANN", "JENNIFER"),
    ),
    "npl": (
        0.06,
        ("GURUNG", "TAMANG", "SHRESTHA", "RAI", "THAPA", "MAGAR"),
        ("BIKASH", "SURESH", "DIPAK", "RAM BAHADUR", "SANTOSH"),
        ("SITA", "SUNITA", "LAXMI", "MAYA"),
    ),
    "khm": (
        0.05,
        ("SOK", "CHEA", "CHAN", "KEO", "HENG"),
        ("SOPHEAP", "DARA", "VISAL", "BUNTHOEUN"),
        ("SREYPOV", "SOKHA", "CHANTHOU", "BOPHA"),
    ),
    "mng": (
        0.04,
        ("BATBAYAR", "GANBOLD", "DORJ", "BOLD", "ENKHBAYAR"),
        ("TEMUULEN", "BATBOLD", "GANZORIG"),
        ("OYUUNCHIMEG", "SARANTUYA", "NOMIN"),
    ),
    "usa": (
        0.05,
        ("SMITH", "JOHNSON", "KIM", "LEE", "BROWN", "PARK", "MILLER"),
        ("DAVID", "JAMES", "DANIEL", "MICHAEL JAMES"),
        ("JENNIFER", "GRACE", "SARAH", "ANNA MARIE"),
    ),
    "jpn": (
        0.04,
        ("SATO", "SUZUKI", "TANAKA", "WATANABE", "YAMAMOTO"),
        ("KENJI", "TAKASHI", "HIROSHI"),
        ("YUKI", "AKIKO", "NAOMI", "KEIKO"),
    ),
}
"""Nationality → (share of foreigners, family names, men's and women's given names)."""

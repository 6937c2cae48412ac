"""Words that are written in name fields and are not names, and words that tell how a name is built.

Here: lists only, in folded letters (`scripts.folded_letters`). Never here: code. Next: `names`.
"""

from __future__ import annotations

PLACEHOLDERS = frozenset(
    """
    성명불상 성명미상 성명불명 이름미상 신원미상 신원불상 미상 불상 불명 무명 무명남 무명녀 무연고 홍길동 홍길순 아무개
    김아무개 이름없음 없음 해당없음 미기재 미등록 익명 테스트 신생아 미확인 확인불가 모름 비공개
    UNNAMED NONAME NOFIRSTNAME NOLASTNAME NOGIVENNAME NOFAMILYNAME NONE NULL NIL NA NAN NN NOTKNOWN
    NOTGIVEN NOTPROVIDED NOTAVAILABLE NOTAPPLICABLE NOTSTATED NOTDISCLOSED NOTRECORDED REFUSED DECLINED
    WITHHELD REDACTED CONFIDENTIAL ANON ANONYMOUS ANONYMISED ANONYMIZED MISSING BLANK EMPTY TBA TBC TBD
    PENDING DUMMY SAMPLE EXAMPLE FIRSTNAME LASTNAME SURNAME GIVENNAME FAMILYNAME FULLNAME NAME
    JOHNDOE JANEDOE DOEJOHN DOEJANE JOHNQPUBLIC MAXMUSTERMANN ERIKAMUSTERMANN FULANODETAL SINNOMBRE
    DESCONOCIDO DESCONOCIDA INCONNU INCONNUE SANSNOM UNBEKANNT OHNENAMEN SCONOSCIUTO ONBEKEND
    DESCONHECIDO SEMNOME SEMINFORMACAO IGNORADO NIEZNANY ASDF ASDFGH QWERTY ABC ABCD DELETED DUPLICATE
    DONOTUSE PATIENT DECEASED MALE FEMALE MAN WOMAN UNIDENTIFIED UNIDENTIFIEDMALE UNIDENTIFIEDFEMALE
    НЕИЗВЕСТНО НЕИЗВЕСТНЫИ НЕИЗВЕСТНАЯ НЕТ ТЕСТ БЕЗИМЕНИ ΑΓΝΩΣΤΟΣ ΑΓΝΩΣΤΗ مجهول مجهوله غيرمعروف
    لايوجد אלמוני לאידוע 不明 不詳 未詳 無名 無名氏 名無 名無シ 名前不明 氏名不詳 未知 匿名 無
    """.split()
)
"""Written where no name was known; compared without spaces and punctuation."""

EMPTY_WORDS = "UNKNOWN UNK TEST TESTER TESTING UNNAMED FNU LNU NFN NLN NMN NMI XX XXX"
"""Words that are never part of a name: taken out, whatever else stands beside them."""

NEWBORN = (
    r"^(?:(?:BABY|INFANT|NEWBORN|NB|BB|BG)(?: (?:BOY|GIRL|MALE|FEMALE|OF|TWIN|ONE|TWO|A|B|UNNAMED|NO NAME))+\b"
    r"|(?:BABY|INFANT|NEWBORN|BABYBOY|BABYGIRL)(?: |$)|(?:TWIN|TRIPLET) (?:ONE|TWO|THREE|A|B|C)\b|B/O )"
)
NEWBORN_HANGUL = r"^[가-힣]{1,4}(아기|애기)$"

TITLES = (
    "MR MRS MS MISS MX DR PROF PROFESSOR REV REVD REVEREND SIR DAME LORD HON CAPT CAPTAIN SGT LT COL MAJ"
    " HERR FRAU FRL MME MLLE MONSIEUR MADAME SR SRA SRTA SENOR SENORA SIG SIGNOR SIGNORA DHR MEVR"
    " SHRI SMT DATO DATUK ENCIK PUAN CIK HAJI HJ HAJAH TUAN ГОСПОДИН ГОСПОЖА Г-Н Г-ЖА ΚΥΡΙΟΣ ΚΥΡΙΑ"
    " السيد السيده الدكتور מר גב"
)
SUFFIXES = (
    "JR JNR JUNIOR SR SNR SENIOR II III IV 2ND 3RD ESQ ESQUIRE PHD MD DDS DVM CPA JD RN MBE OBE CBE"
)
KOREAN_TITLES = (
    r"\s*(?:씨|님|귀하|귀중)$",
    r"\s(?:군|양|옹|대표|사장|부장|과장|대리|교수|박사|의원|선생|선생님|고객님|어르신|할머니|할아버지|세대주|본인)$",
    r"\s외\s*[0-9]*\s*(?:명|인)?$",
)
JAPANESE_CHINESE_TITLES = r"\s*(?:サン|様|殿|氏|チャン|先生|女士|小姐)$|\s(?:クン|君)$"
THAI_TITLES = r"^(?:นางสาว|นาง|นาย|เด็กชาย|เด็กหญิง|ด\.ช\.|ด\.ญ\.|น\.ส\.)\s*"

PARTICLES = (
    "VAN VON VOM ZU ZUM ZUR DER DEN DEM DE DEL DELLA DELLE DELLO DEGLI DALLA DAL DI DA DAS DOS DO DU DES LA LE"
    " LOS LAS ST SAINT SANTA SAN TER TEN TE OP AF AV MAC MC BIN BINTI BINTE BINT BEN IBN AL EL ABU BAR"
    " بن ابن بنت ابو ام ال אבן בן בת"
)
"""Joined with the word after them, unless they begin the name."""
SERVANT_OF = "ABD ABDUL ABDEL ABDAL عبد"
"""Joined with the word after them where another word follows: ABDUL RAHMAN KHAN."""

COMPOUND_HAN_FAMILY_NAMES = (
    "歐陽 司馬 上官 諸葛 司徒 東方 皇甫 尉遲 公孫 令狐 慕容 宇文 長孫 南宮 夏侯 獨孤 西門 鮮于 端木 百里 呼延"
    " 佐藤 鈴木 高橋 田中 伊藤 渡邉 渡邊 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林田 齊藤 清水 山崎"
    " 阿部 池田 橋本 山下 石川 中島 前田 藤田 後藤 小川 岡田 村上 長谷川 近藤 石井 齋藤 坂本 遠藤 藤井 青木"
    " 福田 三浦 西村 藤原 太田 松田 原田 岡本 中川 中野 小野 田村 竹內 金子 和田 中山 石田 上田 森田 小島 柴田"
    " 宮崎 酒井 工藤 橫山 宮本 內田 高木 安藤 島田 谷口 大野 丸山 今井 河野 藤本 村田 武田 上野 杉山 增田 平野"
    " 大塚 千葉 久保 松井 小山 岩崎 野口 菊地 菊池 野村 新井 松尾 渡部 櫻井 佐野 古川 水野 市川 小松 五十嵐 石原"
    " 服部 西田 大西 北村 福島 安田 中田 川上 川口 東 平田 本田 吉川 飯田 久保田 山內 中西 辻 岩田 川崎 大久保 關"
    " 土屋 樋口 永井 秋山 中尾 松岡 小澤 高田 浜田 濱田 大島 田口 熊谷 內藤 松下 早川 西川 星野 岡崎 黑田 山中 大谷"
    " 吉村 西山 大橋 廣瀨 荒木 松浦 戶田 片山 矢野 橫田 高野 川村 野田 菅原 福井 平井 服部 吉岡 富田 小池 澁谷 本間"
).split()
"""Usual Chinese and Japanese family names of more than one letter."""

EAST_ASIAN_FAMILY_NAMES = (
    "NGUYEN TRAN LE PHAM HUYNH PHAN VU VO DANG BUI DO HO NGO DUONG LY DINH TRUONG LUONG TRINH DAO DOAN HOANG"
    " WANG LI ZHANG LIU CHEN YANG HUANG ZHAO WU ZHOU XU SUN MA ZHU HU GUO HE LIN GAO LUO ZHENG LIANG XIE TANG"
    " SONG DENG HAN FENG CAO PENG ZENG XIAO TIAN DONG PAN YUAN CAI JIANG YU DU YE CHENG WEI SU LU DING REN YAO SHEN"
    " ZHONG CUI TAN FAN XI QIAN BAI MENG QIN XUE LEI FANG SHI TAO DUAN HAO MAO QIU JIA YIN QIAO LAI GONG WEN WONG CHAN CHEUNG LAU TSANG LEUNG NG HSU TSAI HSIEH HUNG CHIU KWOK LAM"
).split()
VIETNAMESE_FAMILY_NAMES = (
    "NGUYEN TRAN LE PHAM HUYNH PHAN VU VO DANG BUI HO NGO DUONG DINH TRUONG LUONG TRINH DAO DOAN HOANG"
).split()
VIETNAMESE_MIDDLE_NAMES = (
    "VAN",
    "THI",
    "HUU",
    "DUC",
    "DINH",
    "XUAN",
    "NGOC",
    "QUANG",
    "MINH",
    "THANH",
    "THU",
    "KIM",
)
USUAL_KOREAN_FAMILIES = tuple("김이박최정강조윤장임한오서신권황안송")

_ONSET = (
    "KK?|GG?|NG|N|DD?|TT?|TS|R|L|M|BB?|PP?|SS?|SH|JJ?|ZH?|CH?|Q|X|H|HS|Y|W|F|TH|NH|PH|TR|KH|GI|V"
)
_VOWEL = "Y?(?:AE|EO|EU|OE|UI|WA|OO|EE|OU|IA[ONU]?|IE[UN]?|IU|UA|UE|UO|AI|AO|EI|UY|A|E|I|O|U)"
_CODA = "NG|NH|CH|CK|K|G|N|T|L|M|P|B|H|W"
EAST_ASIAN_SYLLABLE = f"(?:(?:{_ONSET})?{_VOWEL}(?:{_CODA})?)"

PATRONYMIC = (
    r"(?:ОВИЧ|ЕВИЧ|ЬИЧ|ОВНА|ЕВНА|ИЧНА|ОГЛЫ|КЫЗЫ|УЛЫ|OVICH|EVICH|OVNA|EVNA|ICHNA|OVYCH|OVYČ)$"
)
SLAVIC_FAMILY_NAME = r"(?:ОВ|ЕВ|ИН|ЫН|ОВА|ЕВА|ИНА|ЫНА|СКИИ|ЦКИИ|СКАЯ|ЦКАЯ|СЬКИИ|ЦЬКИИ|СЬКА|ЦЬКА|ЕНКО|ЧУК|ЩУК|ЮК|КО|ЯН|ШВИЛИ|ДЗЕ|ЫХ|ИХ|ЕЦ|ИЧ)$"
SLAVIC_GIVEN_NAMES = (
    "КОНСТАНТИН ВАЛЕНТИН ВАЛЕНТИНА МАРИНА ИРИНА ЕКАТЕРИНА КРИСТИНА АРИНА ПОЛИНА АЛИНА ГАЛИНА НИНА КАРИНА АНГЕЛИНА"
    " ДАНИИЛ МАРТИН ЛЕВ ЕЛИЗАВЕТА ЕВА РЕГИНА САБИНА АЛЬБИНА ЭВЕЛИНА КАТЕРИНА ЯН ЛУКЬЯН КАСЬЯН ДАМИР АВГУСТИН"
).split()

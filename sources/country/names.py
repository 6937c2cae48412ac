"""Names of the simulated country: family names with their shares, given names by generation.

Here: data about names and their spelling in roman letters. Never here: drawing names for people
(`population.naming`) or misspelling them (the noise of senders). Next: the naming of the
simulated people, from which every document type takes its names.
"""

from __future__ import annotations

FAMILY_NAMES: tuple[tuple[str, str, float], ...] = (
    ("김", "KIM", 21.5), ("이", "LEE", 14.7), ("박", "PARK", 8.4), ("최", "CHOI", 4.7),
    ("정", "JUNG", 4.3), ("강", "KANG", 2.3), ("조", "CHO", 2.1), ("윤", "YOON", 2.1),
    ("장", "JANG", 2.0), ("임", "LIM", 1.7), ("한", "HAN", 1.5), ("오", "OH", 1.5),
    ("서", "SEO", 1.5), ("신", "SHIN", 1.5), ("권", "KWON", 1.4), ("황", "HWANG", 1.4),
    ("안", "AHN", 1.4), ("송", "SONG", 1.4), ("류", "RYU", 0.6), ("유", "YOO", 0.6),
    ("전", "JEON", 1.1), ("홍", "HONG", 1.1), ("고", "KO", 0.9), ("문", "MOON", 0.9),
    ("양", "YANG", 0.9), ("손", "SON", 0.9), ("배", "BAE", 0.8), ("백", "BAEK", 0.7),
    ("허", "HEO", 0.7), ("남", "NAM", 0.6), ("심", "SIM", 0.5), ("노", "NOH", 0.5),
    ("하", "HA", 0.5), ("곽", "KWAK", 0.4), ("성", "SUNG", 0.4), ("차", "CHA", 0.4),
    ("주", "JOO", 0.4), ("우", "WOO", 0.4), ("구", "KOO", 0.4), ("나", "NA", 0.3),
    ("민", "MIN", 0.3), ("진", "JIN", 0.3), ("지", "JI", 0.3), ("엄", "EOM", 0.3),
    ("채", "CHAE", 0.3), ("원", "WON", 0.3), ("천", "CHEON", 0.2), ("방", "BANG", 0.2),
    ("공", "KONG", 0.2), ("현", "HYUN", 0.2), ("함", "HAM", 0.2), ("변", "BYUN", 0.2),
    ("염", "YEOM", 0.1), ("여", "YEO", 0.1), ("추", "CHOO", 0.1), ("도", "DO", 0.1),
    ("소", "SO", 0.1), ("석", "SEOK", 0.1), ("선", "SUN", 0.1), ("설", "SEOL", 0.1),
    ("마", "MA", 0.1), ("길", "GIL", 0.1), ("남궁", "NAMGUNG", 0.05), ("황보", "HWANGBO", 0.03),
    ("제갈", "JEGAL", 0.02), ("선우", "SUNWOO", 0.02), ("독고", "DOKGO", 0.01),
)
"""Hangul, the usual roman spelling, and the share in per cent."""

OTHER_ROMAN: dict[str, tuple[str, ...]] = {
    "이": ("YI", "RHEE"), "박": ("BAK", "PAK"), "최": ("CHOE",), "정": ("JEONG", "CHUNG"),
    "조": ("JO",), "임": ("IM",), "유": ("YU",), "류": ("YU",), "강": ("GANG",), "오": ("O",),
    "노": ("ROH",), "구": ("GU",), "주": ("JU",), "우": ("U",), "허": ("HUH",), "윤": ("YUN",),
}
"""Family names that passports spell in several ways."""

GIVEN_NAMES: dict[tuple[str, int], tuple[str, ...]] = {
    ("male", 1900): ("영수", "영호", "영식", "정웅", "영길", "종수", "정수", "상철", "광수", "병철",
                     "춘식", "만복", "용식", "덕수", "판수", "기태", "영철", "성호", "재호", "창호"),
    ("female", 1900): ("순자", "영자", "정자", "춘자", "옥순", "말순", "정순", "옥자", "명자", "순희",
                       "복순", "금순", "영순", "점례", "분이", "순덕", "정숙", "영숙", "명순", "경자"),
    ("male", 1955): ("영수", "성수", "성호", "영호", "정호", "영철", "상호", "종수", "동수", "병수",
                     "진호", "용수", "기호", "재훈", "광호", "승호", "경수", "태식", "창수", "인호"),
    ("female", 1955): ("미경", "영숙", "경희", "미숙", "은주", "은희", "현숙", "정숙", "영희", "명희",
                       "경숙", "미영", "은경", "정희", "순희", "선희", "혜숙", "명숙", "옥희", "영미"),
    ("male", 1970): ("정훈", "상훈", "성훈", "지훈", "성진", "동현", "정호", "현우", "준호", "영진",
                     "성민", "재현", "진우", "승현", "민호", "태호", "형준", "종현", "상현", "기훈"),
    ("female", 1970): ("은주", "은정", "미경", "지영", "현주", "은영", "현정", "수진", "미정", "선영",
                       "은희", "지현", "유미", "정은", "윤정", "혜진", "경아", "주희", "영주", "소영"),
    ("male", 1985): ("지훈", "동현", "현우", "성민", "준호", "민수", "재영", "승현", "준영", "성현",
                     "진호", "상우", "민석", "태현", "영훈", "건우", "진수", "우진", "정우", "현준"),
    ("female", 1985): ("지혜", "지은", "수진", "혜진", "유진", "은지", "지현", "민정", "아름", "보람",
                       "수정", "지연", "미진", "다은", "소영", "혜원", "민지", "은혜", "정아", "예진"),
    ("male", 1997): ("민준", "현우", "동현", "준혁", "승민", "지훈", "성민", "민재", "도현", "우진",
                     "건우", "예준", "준서", "현준", "태민", "정민", "상민", "재원", "승우", "찬호"),
    ("female", 1997): ("유진", "민지", "수빈", "지원", "지현", "예진", "서연", "수민", "예은", "다은",
                       "소연", "현지", "지수", "채원", "하은", "은서", "혜민", "가영", "나연", "주연"),
    ("male", 2008): ("민준", "서준", "도윤", "예준", "시우", "하준", "주원", "지호", "지후", "준서",
                     "현우", "도현", "건우", "우진", "선우", "서진", "은우", "이준", "유준", "태오"),
    ("female", 2008): ("서연", "서윤", "지우", "서현", "하은", "하윤", "민서", "지유", "윤서", "채원",
                       "수아", "지아", "지안", "아린", "예린", "나은", "시은", "다은", "소율", "이서"),
}
"""Frequent given names by sex and the first birth year of a generation."""

SYLLABLES: dict[tuple[str, int], tuple[str, str]] = {
    ("male", 1900): ("영정종상광병용덕기창만춘재성봉갑", "수호식웅길철복태섭환규구석근열만"),
    ("female", 1900): ("순영정춘옥말명복금분점경은차삼귀", "자순희숙례이덕남임옥심분녀예연금"),
    ("male", 1955): ("영성정상종동병진용기재광승경태창", "수호철훈식환규섭석근진현국길원배"),
    ("female", 1955): ("미영경은현정명선혜순옥인성진윤계", "숙희경주영자순미선란애옥임화연실"),
    ("male", 1970): ("정상성지동현준영재진승민태형종기", "훈진현호우민석환수철욱규범준용식"),
    ("female", 1970): ("은미지현수선유정윤혜경주영소희진", "주정경영희현진미숙은아선연란화옥"),
    ("male", 1985): ("지동현성준민재승진상태영건우정윤", "훈현우민호수영석준진환혁규욱원철"),
    ("female", 1985): ("지수혜유은민보소미다정예아윤현선", "혜은진현정연영아지원희람미선민경"),
    ("male", 1997): ("민현동준승지성도우건예태정상재찬", "준우현혁민훈재서진호원영석빈수형"),
    ("female", 1997): ("유민수지예서다소현채하은혜가나주", "진지빈원현연민은서수영희아경린정"),
    ("male", 2008): ("민서도예시하주지준현건우선은이유", "준윤우원호후서현진오민율안혁재찬"),
    ("female", 2008): ("서지하민윤채수아예나시다소이유은", "연윤우현은서유원아안린율이솔빈희"),
}
"""First and second syllables of rarer given names by sex and generation."""

ROMAN: dict[str, str] = dict(
    pair.split("=")
    for pair in (
        "가=GA 갑=GAP 건=GEON 경=KYUNG 계=GYE 광=KWANG 구=GU 국=GUK 규=GYU 귀=GWI 근=GEUN 금=GEUM "
        "기=GI 길=GIL 나=NA 남=NAM 녀=NYEO 다=DA 덕=DEOK 도=DO 동=DONG 란=RAN 람=RAM 례=RYE 린=RIN "
        "만=MAN 말=MAL 명=MYUNG 미=MI 민=MIN 배=BAE 범=BEOM 병=BYUNG 보=BO 복=BOK 봉=BONG 분=BUN "
        "빈=BIN 삼=SAM 상=SANG 서=SEO 석=SEOK 선=SUN 섭=SEOP 성=SUNG 소=SO 솔=SOL 수=SU 숙=SOOK "
        "순=SOON 승=SEUNG 시=SI 식=SIK 실=SIL 심=SIM 아=A 안=AN 애=AE 연=YEON 열=YEOL 영=YOUNG "
        "예=YE 오=O 옥=OK 용=YONG 우=WOO 욱=WOOK 웅=WOONG 원=WON 유=YU 윤=YOON 율=YUL 은=EUN "
        "이=I 인=IN 임=IM 자=JA 재=JAE 점=JEOM 정=JUNG 종=JONG 주=JOO 준=JUN 지=JI 진=JIN 차=CHA "
        "찬=CHAN 창=CHANG 채=CHAE 철=CHUL 춘=CHOON 태=TAE 판=PAN 하=HA 혁=HYUK 현=HYUN 형=HYUNG "
        "혜=HYE 호=HO 화=HWA 환=HWAN 후=HU 훈=HOON 희=HEE 웬=WEN 름=REUM"
    ).split()
)
"""Roman spelling of the syllables that given names are made of."""

FOREIGN_NAMES: dict[str, tuple[float, tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "chn": (0.42, ("WANG", "LI", "ZHANG", "LIU", "CHEN", "YANG", "ZHAO", "JIN", "PIAO", "CUI"),
            ("WEI", "JIANGUO", "MINGZHE", "CHENGHAO", "LEI", "GANG", "YONGZHE", "HAO"),
            ("XIULAN", "MEIHUA", "LI NA", "YAN", "HONGMEI", "JINGYI", "CHUNJI", "XIAOYAN")),
    "vnm": (0.13, ("NGUYEN", "TRAN", "LE", "PHAM", "HOANG", "PHAN", "VU", "DANG"),
            ("VAN HUNG", "VAN NAM", "MINH TUAN", "DUC ANH", "QUOC BAO", "VAN THANH"),
            ("THI HOA", "THI LAN", "THI THU HUONG", "THI MAI", "NGOC ANH", "THI HANH")),
    "tha": (0.08, ("SRISUK", "CHAIYA", "SAELIM", "THONGCHAI", "WONGSA", "SUWAN"),
            ("SOMCHAI", "PRASERT", "NATTAPONG", "WICHAI", "ANUCHA"),
            ("SUDA", "NARUMON", "WILAI", "KANYA", "PIMCHANOK")),
    "uzb": (0.07, ("KARIMOV", "RAKHIMOV", "YUSUPOV", "TURSUNOV", "KIM", "ISMOILOV"),
            ("JASUR", "AZIZ", "SHERZOD", "BOBUR", "RUSTAM"),
            ("DILNOZA", "MADINA", "NARGIZA", "GULNORA", "SVETLANA")),
    "phl": (0.06, ("SANTOS", "REYES", "CRUZ", "BAUTISTA", "GARCIA", "DELA CRUZ"),
            ("JOSE MARIE", "MARK ANTHONY", "JOHN PAUL", "RAMON"),
            ("MARIA TERESA", "ANGELICA", "ROSE ANN", "JENNIFER")),
    "npl": (0.06, ("GURUNG", "TAMANG", "SHRESTHA", "RAI", "THAPA", "MAGAR"),
            ("BIKASH", "SURESH", "DIPAK", "RAM BAHADUR", "SANTOSH"),
            ("SITA", "SUNITA", "LAXMI", "MAYA")),
    "khm": (0.05, ("SOK", "CHEA", "CHAN", "KEO", "HENG"), ("SOPHEAP", "DARA", "VISAL", "BUNTHOEUN"),
            ("SREYPOV", "SOKHA", "CHANTHOU", "BOPHA")),
    "mng": (0.04, ("BATBAYAR", "GANBOLD", "DORJ", "BOLD", "ENKHBAYAR"),
            ("TEMUULEN", "BATBOLD", "GANZORIG"), ("OYUUNCHIMEG", "SARANTUYA", "NOMIN")),
    "usa": (0.05, ("SMITH", "JOHNSON", "KIM", "LEE", "BROWN", "PARK", "MILLER"),
            ("DAVID", "JAMES", "DANIEL", "MICHAEL JAMES"), ("JENNIFER", "GRACE", "SARAH", "ANNA MARIE")),
    "jpn": (0.04, ("SATO", "SUZUKI", "TANAKA", "WATANABE", "YAMAMOTO"),
            ("KENJI", "TAKASHI", "HIROSHI"), ("YUKI", "AKIKO", "NAOMI", "KEIKO")),
}
"""Nationality → (share of foreigners, family names, men's and women's given names)."""

EMPLOYER_WORDS: tuple[tuple[str, ...], tuple[str, ...]] = (
    ("한빛", "대성", "동양", "신우", "미래", "우리", "세진", "태광", "삼호", "청우", "금강", "한울",
     "대륙", "푸른", "새한", "동아", "성원", "유진", "진흥", "가온", "누리", "다온", "해솔", "보람",
     "중앙", "제일", "남도", "서해", "한결", "명성"),
    ("산업", "전자", "건설", "물산", "테크", "식품", "유통", "정밀", "화학", "상사", "엔지니어링",
     "시스템", "의료재단", "교육", "운수", "섬유", "농산", "수산", "디자인", "환경", "개발", "통상"),
)
"""First and second parts of employers' names."""

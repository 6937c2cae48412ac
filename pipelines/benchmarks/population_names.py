"""How people of some countries are called, housed and numbered: word lists for invented people.

Here: lists only, most frequent first, and patterns. Never here: drawing from them
(`populations`). Next: `populations` makes people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

LATIN = "abcdefghijklmnoprstuvwz"


@dataclass(frozen=True, slots=True)
class Country:
    """One country's words and customs; see `populations` for how they are used."""

    family_names: tuple[str, ...]
    male_names: tuple[str, ...]
    female_names: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[str, ...]
    address: str
    unit: str
    order: str = "{given}{middle} {family}"
    other_order: str = "{family}, {given}{middle}"
    letters: str = LATIN
    variants: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, str] = field(default_factory=dict)
    id_digits: int = 9
    phone_digits: int = 9
    phone_prefix: str = "+49 "
    middle_share: float = 0.0
    shared_family_name: float = 0.8
    renames: bool = False
    has_two_families: bool = False
    is_month_first: bool = False
    is_latin: bool = True
    least_mistyped: int = 2


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _joined(starts: str, ends: str, separator: str = "") -> tuple[str, ...]:
    """Return every start with every end, the diagonals first, so that none dominates."""
    pairs = sorted(
        product(enumerate(starts.split()), enumerate(ends.split())),
        key=lambda pair: (pair[0][0] + pair[1][0], pair[0][0]),
    )
    return tuple(dict.fromkeys(start + separator + end for (_, start), (_, end) in pairs))


_GERMAN_FAMILIES = _words(
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer"
    " Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange"
    " Schmitt Werner Schmitz Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter"
    " Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich"
) + _joined(
    "Stein Berg Wald Rosen Linden Eichen Hohen Birken Winter Sommer Buchen Alten Neuen Kirch Mühl"
    " Brunn Feld Wester Oster Ober Unter Grün Roth Weid Hirsch Adler Falken Eisen Silber Gold",
    "berg mann bach feld hauser meier müller hoff dorf stein wald inger thal brink kamp holz"
    " reuter schmidt er rath ",
)
_GERMANY = Country(
    family_names=_GERMAN_FAMILIES,
    male_names=_words(
        "Peter Michael Thomas Andreas Wolfgang Klaus Jürgen Stefan Christian Uwe Werner Hans Günter"
        " Matthias Frank Jan Lukas Leon Felix Paul Jonas Tim Max Moritz Philipp Florian Sebastian"
        " Tobias Daniel Markus Martin Bernd Dieter Heinz Karl Otto Friedrich Johannes Georg Anton"
        " Emil Oskar Jakob David Simon Fabian Kevin Dennis Marcel Patrick Sven Torsten Ralf Rainer"
    ),
    female_names=_words(
        "Ursula Karin Helga Sabine Ingrid Renate Monika Susanne Gisela Petra Birgit Andrea Erika"
        " Christa Elke Martina Gabriele Heike Angelika Anna Maria Emma Mia Hannah Sophie Lena Lea"
        " Laura Julia Lisa Sarah Katharina Johanna Charlotte Clara Marie Luisa Nele Frieda Greta"
        " Hildegard Gertrud Elfriede Käthe Anneliese Brigitte Silke Nicole Stefanie Melanie Jana"
    ),
    streets=_joined(
        "Haupt Bahnhof Garten Berg Wald Kirch Schul Linden Rosen Goethe Schiller Mozart Ring Birken"
        " Wiesen Dorf Mühlen Eichen Park See",
        "straße weg allee gasse platz",
    ),
    cities=_words(
        "Berlin Hamburg München Köln Frankfurt Stuttgart Düsseldorf Leipzig Dortmund Essen Bremen"
        " Dresden Hannover Nürnberg Duisburg Bochum Wuppertal Bielefeld Bonn Münster"
    ),
    address="{street} {number}{unit}, {code} {city}",
    unit=" Wohnung {}",
    variants={
        "Johannes": "Hans", "Friedrich": "Fritz", "Katharina": "Kathrin", "Michael": "Micha",
        "Philipp": "Philip", "Stefan": "Stephan", "Sophie": "Sofie", "Hannah": "Hanna",
        "Jürgen": "Juergen", "Günter": "Günther", "Käthe": "Kaethe", "Christian": "Kristian",
    },
    renames=True,
    middle_share=0.1,
)  # fmt: skip
_AMERICAN_FAMILIES = _words(
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez"
    " Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris"
    " Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill"
    " Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gomez Phillips"
) + _joined(
    "Ash Black Brad Clay Cross Day East Fair Green Hamil Har Hart Hol Kings Lang Mans Nor Old Pem"
    " Rad Stan Thorn Wake West Whit Win Wood Wy",
    "ton ley field wood worth ford burn man well by son brook ham den ridge croft stead",
)
_AMERICA = Country(
    family_names=_AMERICAN_FAMILIES,
    male_names=_words(
        "James Robert John Michael William David Richard Joseph Thomas Charles Christopher Daniel"
        " Matthew Anthony Mark Donald Steven Paul Andrew Joshua Kenneth Kevin Brian George Timothy"
        " Ronald Edward Jason Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin"
        " Scott Brandon Benjamin Samuel Gregory Alexander Frank Patrick Raymond Jack Dennis Jerry"
    ),
    female_names=_words(
        "Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty"
        " Margaret Sandra Ashley Kimberly Emily Donna Michelle Carol Amanda Dorothy Melissa Deborah"
        " Stephanie Rebecca Sharon Laura Cynthia Kathleen Amy Angela Shirley Anna Brenda Pamela Emma"
        " Nicole Helen Samantha Katherine Christine Debra Rachel Carolyn Janet Catherine Maria"
    ),
    streets=_joined(
        "Main Oak Maple Park Cedar Elm Washington Lake Hill Walnut Spring North Ridge Church Willow"
        " Meadow Jackson Mill River Sunset",
        "St Ave Rd Dr Ln",
        " ",
    ),
    cities=_words(
        "Springfield Franklin Clinton Greenville Bristol Fairview Salem Madison Georgetown Arlington"
        " Ashland Dover Oxford Burlington Manchester Milton Newport Auburn Dayton Lexington"
    ),
    address="{number} {street}{unit}, {city}, OH {code}",
    unit=" Apt {}",
    variants={
        "William": "Bill", "Robert": "Bob", "Richard": "Dick", "James": "Jim", "John": "Jack",
        "Elizabeth": "Liz", "Margaret": "Peggy", "Katherine": "Kate", "Michael": "Mike",
        "Thomas": "Tom", "Patricia": "Pat", "Jennifer": "Jen", "Charles": "Chuck",
        "Deborah": "Debbie", "Christopher": "Chris", "Joseph": "Joe", "Daniel": "Dan",
    },
    phone_digits=10,
    phone_prefix="+1 ",
    middle_share=0.7,
    renames=True,
    is_month_first=True,
)  # fmt: skip
_SPAIN = Country(
    family_names=_words(
        "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez"
        " Hernández Ruiz Díaz Moreno Muñoz Álvarez Romero Gutiérrez Alonso Navarro Torres Domínguez"
        " Ramos Vázquez Ramírez Gil Serrano Morales Molina Blanco Suárez Castro Ortega Delgado Ortiz"
        " Marín Rubio Núñez Medina Sanz Castillo Iglesias Cortés Garrido Santos Guerrero Lozano Cano"
    )
    + _joined(
        "Cala Monte Vera Rio Valde Santa Casa Villa Torre Puebla Fuente Pala Arroyo Pino Sal",
        "rrubia mar negro verde cios gas nueva seca bello longo sol moros luz",
    ),
    male_names=_words(
        "Antonio Manuel José Francisco David Juan Javier Daniel Carlos Jesús Alejandro Miguel Rafael"
        " Pedro Pablo Ángel Sergio Fernando Jorge Luis Alberto Álvaro Diego Adrián Raúl Enrique"
        " Ramón Vicente Iván Rubén Óscar Andrés Joaquín Santiago Eduardo Víctor Roberto Jaime Mario"
    ),
    female_names=_words(
        "María Carmen Ana Isabel Laura Cristina Marta Josefa Dolores Lucía Antonia Francisca Pilar"
        " Elena Sara Paula Raquel Manuela Mercedes Rosario Beatriz Teresa Rosa Julia Patricia Alba"
        " Irene Silvia Montserrat Andrea Rocío Mónica Alicia Ángela Sonia Sandra Marina Susana"
    ),
    streets=_joined(
        "Calle Avenida Plaza Paseo Camino",
        "Mayor Real Nueva Sol Iglesia Constitución Cervantes Goya Velázquez Colón Prado Luna Molino"
        " Fuente Castilla Andalucía Libertad Mar Norte Sur",
        " ",
    ),
    cities=_words(
        "Madrid Barcelona Valencia Sevilla Zaragoza Málaga Murcia Palma Bilbao Alicante Córdoba"
        " Valladolid Vigo Gijón Granada Oviedo Badajoz Cartagena Jerez Pamplona"
    ),
    address="{street} {number}{unit}, {code} {city}",
    unit=", piso {}",
    variants={
        "José": "Pepe", "Francisco": "Paco", "Dolores": "Lola", "Enrique": "Quique",
        "Jesús": "Jesus", "María": "Maria", "Rosario": "Charo", "Josefa": "Pepa",
    },
    phone_prefix="+34 ",
    middle_share=0.3,
    shared_family_name=0.5,
    has_two_families=True,
    id_digits=8,
)  # fmt: skip
_HAN_GIVEN = (
    "伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀 霞 平 刚 桂 英 华 玉 兰 红 梅 建 国 志 文 海 燕 晓"
    " 春 雪 宇 浩 轩 梓 涵 欣 怡 子 俊 博 思 雨 佳"
)
_CHINA = Country(
    family_names=_words(
        "王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田"
        " 董 袁 潘 于 蒋 蔡 余 杜 叶 程 苏 魏 吕 丁 任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金 石 廖 贾 夏 韦 付 方"
        " 白 邹 孟 熊 秦 邱 江 尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 毛 郝 龚 邵 万 钱 严 覃 武 戴 莫 孔 向 汤 欧阳"
    ),
    male_names=_joined(_HAN_GIVEN, _HAN_GIVEN),
    female_names=_joined(_HAN_GIVEN, _HAN_GIVEN),
    streets=_joined(
        "人民 中山 解放 建设 和平 新华 文化 长江 黄河 北京 南京 胜利 光明 东风 红旗", "路 街 大道"
    ),
    cities=_words(
        "北京市 上海市 广州市 深圳市 成都市 杭州市 武汉市 西安市 重庆市 南京市 天津市 苏州市"
    ),
    address="{city}{street}{number}号{unit}",
    unit="{}室",
    order="{family}{given}",
    other_order="{family} {given}",
    letters=_HAN_GIVEN.replace(" ", ""),
    id_digits=18,
    phone_digits=11,
    phone_prefix="+86 ",
    shared_family_name=0.5,
    is_latin=False,
    least_mistyped=1,
)
_JAPANESE_FAMILIES = {
    "佐藤": "サトウ", "鈴木": "スズキ", "高橋": "タカハシ", "田中": "タナカ", "渡辺": "ワタナベ", "伊藤": "イトウ",
    "山本": "ヤマモト", "中村": "ナカムラ", "小林": "コバヤシ", "加藤": "カトウ", "吉田": "ヨシダ", "山田": "ヤマダ",
    "佐々木": "ササキ", "山口": "ヤマグチ", "松本": "マツモト", "井上": "イノウエ", "木村": "キムラ", "林": "ハヤシ",
    "斎藤": "サイトウ", "清水": "シミズ", "山崎": "ヤマザキ", "森": "モリ", "池田": "イケダ", "橋本": "ハシモト",
    "阿部": "アベ", "石川": "イシカワ", "中島": "ナカジマ", "前田": "マエダ", "藤田": "フジタ", "小川": "オガワ",
    "後藤": "ゴトウ", "岡田": "オカダ", "長谷川": "ハセガワ", "村上": "ムラカミ", "近藤": "コンドウ", "石井": "イシイ",
    "坂本": "サカモト", "遠藤": "エンドウ", "青木": "アオキ", "藤井": "フジイ", "西村": "ニシムラ", "福田": "フクダ",
    "太田": "オオタ", "三浦": "ミウラ", "藤原": "フジワラ", "岡本": "オカモト", "松田": "マツダ", "中川": "ナカガワ",
}  # fmt: skip
_JAPANESE_GIVEN = {
    "翔太": "ショウタ", "大輔": "ダイスケ", "健一": "ケンイチ", "誠": "マコト", "拓也": "タクヤ", "直樹": "ナオキ",
    "浩": "ヒロシ", "隆": "タカシ", "学": "マナブ", "哲也": "テツヤ", "蓮": "レン", "悠真": "ユウマ", "湊": "ミナト",
    "大翔": "ヒロト", "樹": "イツキ", "清": "キヨシ", "茂": "シゲル", "正": "タダシ", "博": "ヒロシ", "和夫": "カズオ",
    "美咲": "ミサキ", "愛": "アイ", "陽子": "ヨウコ", "幸子": "サチコ", "恵子": "ケイコ", "久美子": "クミコ",
    "由美": "ユミ", "真由美": "マユミ", "明美": "アケミ", "結衣": "ユイ", "葵": "アオイ", "凛": "リン", "花子": "ハナコ",
    "さくら": "サクラ", "千代": "チヨ", "和子": "カズコ", "節子": "セツコ", "文子": "フミコ", "智子": "トモコ", "香織": "カオリ",
}  # fmt: skip
_JAPAN = Country(
    family_names=tuple(_JAPANESE_FAMILIES),
    male_names=tuple(_JAPANESE_GIVEN)[:20],
    female_names=tuple(_JAPANESE_GIVEN)[20:],
    streets=_joined("本町 中央 栄町 緑町 新町 旭町 東町 西町 桜 泉", "1丁目 2丁目 3丁目 4丁目"),
    cities=_words(
        "東京都新宿区 大阪市北区 横浜市中区 名古屋市中区 札幌市北区 福岡市博多区 京都市左京区 神戸市灘区"
    ),
    address="{city}{street}{number}番{unit}",
    unit="{}号",
    order="{family} {given}",
    other_order="{family}{given}",
    letters="山川田木村中大小本高美子",
    readings=_JAPANESE_FAMILIES | _JAPANESE_GIVEN,
    phone_digits=10,
    phone_prefix="+81 ",
    id_digits=12,
    renames=True,
    is_latin=False,
    least_mistyped=1,
)
_ARAB = Country(
    family_names=_words(
        "المصري الشريف العلي الحسن الخطيب النجار الحداد السيد الأحمد القحطاني الغامدي العتيبي الحربي الدوسري"
        " الشمري الزهراني المالكي العمري التميمي الأنصاري البغدادي الحلبي الشامي الكردي العراقي المغربي"
        " الصالح الراشد الفارس الكبير الصغير النعيمي الهاشمي الجبوري الدليمي العبيدي الربيعي الساعدي"
    ),
    male_names=_words(
        "محمد أحمد علي حسن حسين عمر خالد إبراهيم يوسف مصطفى محمود سعيد كريم طارق سامي فيصل ناصر سلمان"
        " عبدالله عبدالرحمن عبدالعزيز ماجد وليد هاني رامي زياد بلال أنس حمزة ياسر عادل جمال"
    ),
    female_names=_words(
        "فاطمة مريم عائشة زينب خديجة سارة نور هدى ليلى سلمى رانيا دينا منى أمل هناء نادية سعاد ريم لينا"
        " ياسمين جميلة كريمة سميرة وفاء إيمان رحاب شيماء أسماء"
    ),
    streets=_joined("شارع طريق", "النيل الجامعة الملك السلام الحرية التحرير النصر الجمهورية المطار البحر", " "),
    cities=_words("القاهرة بغداد الرياض دمشق عمان بيروت الإسكندرية البصرة جدة حلب"),
    address="{number} {street}{unit} {city} {code}",
    unit=" شقة {}",
    other_order="{given}{middle} {family}",
    letters="ابتحدرسعفقلمنهوي",
    variants={"أحمد": "احمد", "إبراهيم": "ابراهيم", "فاطمة": "فاطمه", "إيمان": "ايمان", "أسماء": "اسماء"},
    id_digits=14,
    phone_prefix="+20 ",
    middle_share=0.8,
    is_latin=False,
)  # fmt: skip
_RUSSIA = Country(
    family_names=_joined(
        "Иван Смирн Кузнец Поп Васил Петр Сокол Михайл Новик Федор Мороз Волк Алексе Лебед Семен Егор"
        " Павл Козл Степан Никола Орл Андре Макар Никит Захар Зайц Солов Борис Яковл Григор Роман Вороб"
        " Серге Кузьм Фрол Александр Дмитри Корол Гус Кисел Ильи Максим Поляк Сорок Виноград Ковал",
        "ов енко ин ский ук евич аев",
    ),
    male_names=_words(
        "Александр Сергей Владимир Андрей Алексей Дмитрий Михаил Иван Николай Евгений Максим Юрий"
        " Виктор Анатолий Павел Игорь Олег Роман Артём Денис Константин Антон Илья Никита Борис"
    ),
    female_names=_words(
        "Елена Ольга Наталья Татьяна Ирина Светлана Анна Екатерина Мария Людмила Анастасия Юлия Галина"
        " Марина Валентина Надежда Оксана Любовь Дарья Вера Нина Алла Лариса Ксения Полина"
    ),
    streets=_joined("ул. пр-т", "Ленина Мира Советская Садовая Лесная Новая Школьная Гагарина Пушкина Победы", " "),
    cities=_words("Москва Санкт-Петербург Новосибирск Екатеринбург Казань Самара Омск Ростов Уфа Пермь"),
    address="{code}, г. {city}, {street}, д. {number}{unit}",
    unit=", кв. {}",
    order="{family} {given}{middle}",
    other_order="{given}{middle} {family}",
    letters="абвгдежзиклмнопрст",
    variants={
        "Александр": "Саша", "Дмитрий": "Дима", "Екатерина": "Катя", "Мария": "Маша",
        "Артём": "Артем", "Наталья": "Наталия", "Михаил": "Миша", "Елена": "Лена",
    },
    phone_digits=10,
    phone_prefix="+7 ",
    id_digits=11,
    renames=True,
    is_latin=False,
)  # fmt: skip
_VIETNAM = Country(
    family_names=_words(
        "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh Mai Đoàn Lâm"
    ),
    male_names=_joined("Văn Hữu Đức Minh Quốc Công Thành Xuân", "Hùng Anh Tuấn Dũng Nam Sơn Long Hải Thắng Bình Cường Phúc Khoa Tân Việt Lộc Trung", " "),
    female_names=_joined("Thị Ngọc Thu Kim Thanh Bích Mỹ", "Hoa Lan Hương Mai Linh Trang Thảo Hà Phương Nga Yến Thủy Hạnh Dung Vân Tuyết Xuân", " "),
    streets=_words("Lê-Lợi Trần-Phú Nguyễn-Huệ Hai-Bà-Trưng Lý-Thường-Kiệt Điện-Biên-Phủ Hùng-Vương Quang-Trung"),
    cities=_words("Hà-Nội Huế Đà-Nẵng Cần-Thơ Hải-Phòng Nha-Trang Vinh Biên-Hòa"),
    address="{number} {street}{unit}, {city}",
    unit=" căn hộ {}",
    order="{family} {given}",
    other_order="{family} {given}",
    phone_prefix="+84 ",
    id_digits=12,
    shared_family_name=0.5,
)  # fmt: skip
_HANGUL_GIVEN = "지 민 서 현 수 영 정 은 성 재 준 미 경 진 희 혜 상 동 승 태 용 윤 하 예 도 주 원 선 연 우 호 훈 아 나 형"
_KOREA = Country(
    family_names=_words(
        "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 전 홍 유 고 문 양 손 배 백 허 남 심 노 하 곽 성 차 주 우 구 민 류"
    ),
    male_names=_joined(_HANGUL_GIVEN, _HANGUL_GIVEN),
    female_names=_joined(_HANGUL_GIVEN, _HANGUL_GIVEN),
    streets=_joined(
        "중앙 세종 강남 한강 충무 을지 종 테헤란 백제 신라 동해 서해 남산 북악", "로 대로 길"
    ),
    cities=(
        "서울특별시 강남구",
        "부산광역시 해운대구",
        "대구광역시 수성구",
        "인천광역시 남동구",
        "광주광역시 북구",
    ),
    address="{city} {street} {number}{unit}",
    unit=", {}호",
    order="{family}{given}",
    other_order="{family} {given}",
    letters=_HANGUL_GIVEN.replace(" ", ""),
    phone_digits=10,
    phone_prefix="+82 ",
    id_digits=13,
    shared_family_name=0.5,
    is_latin=False,
    least_mistyped=1,
)

COUNTRIES: Mapping[str, Country] = {
    "germany": _GERMANY,
    "america": _AMERICA,
    "spain": _SPAIN,
    "china": _CHINA,
    "japan": _JAPAN,
    "arab": _ARAB,
    "russia": _RUSSIA,
    "vietnam": _VIETNAM,
    "korea": _KOREA,
}

"""How people of Asia are called, housed and numbered: word lists for invented people.

Here: lists only, most frequent first, and patterns. Never here: drawing from them
(`populations`). Next: `population_countries` names them.
"""

from __future__ import annotations

from pipelines.benchmarks.population_customs import Country, joined, words

_HAN_GIVEN = (
    "伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀 霞 平 刚 桂 英 华 玉 兰 红 梅 建 国 志 文 海 燕 晓"
    " 春 雪 宇 浩 轩 梓 涵 欣 怡 子 俊 博 思 雨 佳"
)
CHINA = Country(
    family_names=words(
        "王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田"
        " 董 袁 潘 于 蒋 蔡 余 杜 叶 程 苏 魏 吕 丁 任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金 石 廖 贾 夏 韦 付 方"
        " 白 邹 孟 熊 秦 邱 江 尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 毛 郝 龚 邵 万 钱 严 覃 武 戴 莫 孔 向 汤 欧阳"
    ),
    male_names=joined(_HAN_GIVEN, _HAN_GIVEN),
    female_names=joined(_HAN_GIVEN, _HAN_GIVEN),
    streets=joined(
        "人民 中山 解放 建设 和平 新华 文化 长江 黄河 北京 南京 胜利 光明 东风 红旗", "路 街 大道"
    ),
    cities=words(
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
JAPAN = Country(
    family_names=tuple(_JAPANESE_FAMILIES),
    male_names=tuple(_JAPANESE_GIVEN)[:20],
    female_names=tuple(_JAPANESE_GIVEN)[20:],
    streets=joined("本町 中央 栄町 緑町 新町 旭町 東町 西町 桜 泉", "1丁目 2丁目 3丁目 4丁目"),
    cities=words(
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
ARAB = Country(
    family_names=words(
        "المصري الشريف العلي الحسن الخطيب النجار الحداد السيد الأحمد القحطاني الغامدي العتيبي الحربي الدوسري"
        " الشمري الزهراني المالكي العمري التميمي الأنصاري البغدادي الحلبي الشامي الكردي العراقي المغربي"
        " الصالح الراشد الفارس الكبير الصغير النعيمي الهاشمي الجبوري الدليمي العبيدي الربيعي الساعدي"
    ),
    male_names=words(
        "محمد أحمد علي حسن حسين عمر خالد إبراهيم يوسف مصطفى محمود سعيد كريم طارق سامي فيصل ناصر سلمان"
        " عبدالله عبدالرحمن عبدالعزيز ماجد وليد هاني رامي زياد بلال أنس حمزة ياسر عادل جمال"
    ),
    female_names=words(
        "فاطمة مريم عائشة زينب خديجة سارة نور هدى ليلى سلمى رانيا دينا منى أمل هناء نادية سعاد ريم لينا"
        " ياسمين جميلة كريمة سميرة وفاء إيمان رحاب شيماء أسماء"
    ),
    streets=joined("شارع طريق", "النيل الجامعة الملك السلام الحرية التحرير النصر الجمهورية المطار البحر", " "),
    cities=words("القاهرة بغداد الرياض دمشق عمان بيروت الإسكندرية البصرة جدة حلب"),
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
VIETNAM = Country(
    family_names=words(
        "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh Mai Đoàn Lâm"
    ),
    male_names=joined("Văn Hữu Đức Minh Quốc Công Thành Xuân", "Hùng Anh Tuấn Dũng Nam Sơn Long Hải Thắng Bình Cường Phúc Khoa Tân Việt Lộc Trung", " "),
    female_names=joined("Thị Ngọc Thu Kim Thanh Bích Mỹ", "Hoa Lan Hương Mai Linh Trang Thảo Hà Phương Nga Yến Thủy Hạnh Dung Vân Tuyết Xuân", " "),
    streets=words("Lê-Lợi Trần-Phú Nguyễn-Huệ Hai-Bà-Trưng Lý-Thường-Kiệt Điện-Biên-Phủ Hùng-Vương Quang-Trung"),
    cities=words("Hà-Nội Huế Đà-Nẵng Cần-Thơ Hải-Phòng Nha-Trang Vinh Biên-Hòa"),
    address="{number} {street}{unit}, {city}",
    unit=" căn hộ {}",
    order="{family} {given}",
    other_order="{family} {given}",
    phone_prefix="+84 ",
    id_digits=12,
    shared_family_name=0.5,
)  # fmt: skip
_HANGUL_GIVEN = "지 민 서 현 수 영 정 은 성 재 준 미 경 진 희 혜 상 동 승 태 용 윤 하 예 도 주 원 선 연 우 호 훈 아 나 형"
KOREA = Country(
    family_names=words(
        "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 전 홍 유 고 문 양 손 배 백 허 남 심 노 하 곽 성 차 주 우 구 민 류"
    ),
    male_names=joined(_HANGUL_GIVEN, _HANGUL_GIVEN),
    female_names=joined(_HANGUL_GIVEN, _HANGUL_GIVEN),
    streets=joined(
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

"""Which words of a name are its family, given and other names, in which form they are compared."""

from __future__ import annotations

import polars as pl
import pytest

from hub.identity.standard import standardise_records


def test_a_latin_name_is_cut_by_comma_order_particles_and_titles(check):
    check(
        """
        full_name                  | > | script | family_key | given_key | middle_key
        John Smith                 |   | latin  | SMITH      | JOHN      |
        SMITH, John A.             |   | latin  | SMITH      | JOHN      | A
        Smith Jr., John            |   | latin  | SMITH      | JOHN      |
        Mr John Henry Smith III    |   | latin  | SMITH      | JOHN      | HENRY
        Dr. Anne-Marie O'Brien     |   | latin  | OBRIEN     | ANNEMARIE |
        Jan van der Berg           |   | latin  | VANDERBERG | JAN       |
        de la Cruz, Maria          |   | latin  | DELACRUZ   | MARIA     |
        Maria de la Cruz           |   | latin  | DELACRUZ   | MARIA     |
        Ahmad bin Ali              |   | latin  | BINALI     | AHMAD     |
        Abdul Rahman Khan          |   | latin  | KHAN       | ABDULRAHMAN |
        Mary Smith (née Jones)     |   | latin  | SMITH      | MARY      |
        Mary Smith née Jones       |   | latin  | SMITH      | MARY      |
        William "Bill" Gates       |   | latin  | GATES      | WILLIAM   |
        J. R. Smith                |   | latin  | SMITH      | J         | R
        Jürgen Groß                |   | latin  | GROSS      | JURGEN    |
        Łukasz Ørsted              |   | latin  | ORSTED     | LUKASZ    |
        Madonna                    |   | latin  |            | MADONNA   |
        J0hn SM1TH2                |   | latin  | SMITH      | JOHN      |
        Lee Harvey Oswald          |   | latin  | OSWALD     | LEE       | HARVEY
        Kim Basinger               |   | latin  | BASINGER   | KIM       |
        """
    )


def test_east_asian_names_in_latin_letters_may_begin_with_the_family(check):
    check(
        """
        full_name      | > | family_key | given_key | middle_key | name_key
        KIM CHEOL SU   |   | 김         | CHEOLSU   |            | CHEOLSU KIM
        Cheol-Su Kim   |   | 김         | CHEOLSU   |            | CHEOLSU KIM
        Wang Xiao Ming |   | 왕         | XIAOMING  |            | WANG XIAOMING
        Zhang, Wei     |   | ZHANG      | WEI       |            | WEI ZHANG
        NGUYEN VAN AN  |   | NGUYEN     | AN        | VAN        | AN NGUYEN VAN
        Van An Nguyen  |   | NGUYEN     | AN        | VAN        | AN NGUYEN VAN
        Nguyễn Văn An  |   | NGUYEN     | AN        | VAN        | AN NGUYEN VAN
        Nguyen, Van An |   | NGUYEN     | AN        | VAN        | AN NGUYEN VAN
        """
    )


def test_every_script_keeps_its_own_letters_in_keys(check):
    check(
        """
        full_name               | > | script     | family_key | given_key | middle_key
        김철수                  |   | hangul     | 김         | 철수      |
        김철수 씨               |   | hangul     | 김         | 철수      |
        김철수님                |   | hangul     | 김         | 철수      |
        김철수 귀하             |   | hangul     | 김         | 철수      |
        남궁 민수               |   | hangul     | 남궁       | 민수      |
        류현진                  |   | hangul     | 유         | 현진      |
        김민                    |   | hangul     | 김         | 민        |
        王明                    |   | han        | 王         | 明        |
        李小龍                  |   | han        | 李         | 小龍      |
        李小龙                  |   | han        | 李         | 小龍      |
        司马光                  |   | han        | 司馬       | 光        |
        山田太郎                |   | han        | 山田       | 太郎      |
        山田 太郎様             |   | han        | 山田       | 太郎      |
        やまだ たろう           |   | kana       | ヤマダ     | タロウ    |
        ﾔﾏﾀﾞ ﾀﾛｳ                |   | kana       | ヤマダ     | タロウ    |
        Иванов Пётр Сергеевич   |   | cyrillic   | ИВАНОВ     | ПЕТР      | СЕРГЕЕВИЧ
        Пётр Сергеевич Иванов   |   | cyrillic   | ИВАНОВ     | ПЕТР      | СЕРГЕЕВИЧ
        Иванов Пётр             |   | cyrillic   | ИВАНОВ     | ПЕТР      |
        Пётр Иванов             |   | cyrillic   | ИВАНОВ     | ПЕТР      |
        Γιώργος Παπαδόπουλος    |   | greek      | ΠΑΠΑΔΟΠΟΥΛΟΣ | ΓΙΩΡΓΟΣ |
        أحمد الحسيني            |   | arabic     | الحسيني    | احمد      |
        اَحْمَد الحسينى         |   | arabic     | الحسيني    | احمد      |
        فاطمة خان               |   | arabic     | خان        | فاطمه     |
        דוד כהן                 |   | hebrew     | כהן        | דוד       |
        सीता देवी               |   | devanagari | देवी       | सीता      |
        นายสมชาย ใจดี           |   | thai       | ใจดี       | สมชาย     |
        """
    )


def test_letters_for_similarity_are_ascii(check):
    check(
        """
        full_name            | > | family_letters | given_letters | name_letters
        Пётр Иванов          |   | IVANOV         | PETR          | IVANOV PETR
        Γιώργος Παπαδόπουλος |   | PAPADOPOYLOS   | GIORGOS       | GIORGOS PAPADOPOYLOS
        Van Jürgen           |   | JURGEN         | VAN           | JURGEN VAN
        ヤマダ タロウ        |   | YAMADA         | TAROU         | TAROU YAMADA
        """
    )


def test_nicknames_share_the_root_of_their_most_usual_name(check):
    check(
        """
        given_name | family_name | > | given_key | nickname_key
        Bill       | Smith       |   | BILL      | WILLIAM
        Will       | Smith       |   | WILL      | WILLIAM
        William    | Smith       |   | WILLIAM   | WILLIAM
        Bob        | Smith       |   | BOB       | ROBERT
        Liz        | Smith       |   | LIZ       | ELIZABETH
        Betty      | Smith       |   | BETTY     | ELIZABETH
        Steven     | Smith       |   | STEVEN    | STEPHEN
        Albert     | Smith       |   | ALBERT    | ALBERT
        Herbert    | Smith       |   | HERBERT   | HERBERT
        Erin       | Smith       |   | ERIN      | ERIN
        Zorblax    | Smith       |   | ZORBLAX   | ZORBLAX
        """
    )


def test_columns_of_their_own_win_over_the_full_name(check):
    check(
        """
        full_name  | given_name | middle_name | family_name | > | family_key | given_key | middle_key | name_key
        Smith John | John       | Henry       | Smith       |   | SMITH      | JOHN      | HENRY      | HENRY JOHN SMITH
        John Smith |            |             |             |   | SMITH      | JOHN      |            | JOHN SMITH
        John Smith | UNKNOWN    |             | Jones       |   | SMITH      | JOHN      |            | JOHN SMITH
                   | Mary Ann   |             | van Dyke    |   | VANDYKE    | MARY      | ANN        | ANN MARY VANDYKE
                   | Baby Girl  |             | Smith       |   | SMITH      |           |            |
                   | 철수       |             | 김          |   | 김         | 철수      |            | 김철수
                   | Min Su     |             | NA          |   | 나         | MINSU     |            | MINSU NA
                   | John       |             | NA          |   |            | JOHN      |            | JOHN
        """
    )


@pytest.mark.parametrize(
    "word",
    """성명불상|미상|홍길동|Unknown|UNKNOWN UNKNOWN|N/A|김*수|김O수|김 O 수|김○○|이아기|-|123|A|Not Given|Baby Girl
    |BABY BOY SMITH|Test Test|John Doe|Doe, Jane|XXXX|S***h|No Name|Fnu Lnu|Max Mustermann|不明|氏名不詳|Неизвестно
    |مجهول|.|??|Mr""".split("|"),
)
def test_placeholders_and_masked_names_are_no_name(word):
    row = standardise_records(pl.DataFrame({"record_id": [1], "full_name": [word.strip()]}))
    names = row.select("script", "family_key", "given_key", "name_key", "name_letters").row(0)
    assert names == (None,) * 5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("류현진", "유현진"),
        ("리나영", "이나영"),
        ("라미란", "나미란"),
        ("최정률", "최정율"),
        ("김 철 수", "김철수"),
        ("김철수(金哲洙)", "김철수"),
        ("김철수", "김철수"),
        ("ＫＩＭ CHEOLSU", "kim cheolsu"),
    ],
)
def test_spellings_of_one_name_have_one_key(one, other):
    found = standardise_records(pl.DataFrame({"record_id": [1, 2], "full_name": [one, other]}))
    assert found["name_key"].n_unique() == 1
    assert found["name_key"].null_count() == 0


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [
        ("김철수", "KIM CHEOLSU"),
        ("김철수", "Chul-Soo Kim"),
        ("이영자", "LEE YOUNGJA"),
        ("박정희", "PARK JUNG HEE"),
        ("임꺽정", "LIM KKEOKJEONG"),
    ],
)
def test_a_romanised_name_sounds_like_its_hangul(hangul, latin):
    found = standardise_records(pl.DataFrame({"record_id": [1, 2], "full_name": [hangul, latin]}))
    assert found["roman_key"].n_unique() == 1
    assert found["roman_key"].null_count() == 0


def test_different_names_have_different_keys():
    names = ["김민수", "김민서", "남궁민", "남궁민수", "John Smith", "Jane Smith"]
    found = standardise_records(pl.DataFrame({"record_id": range(6), "full_name": names}))
    assert found["name_key"].n_unique() == 6

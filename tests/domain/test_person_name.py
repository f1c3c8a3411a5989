import pytest

from domain.identifiers import InvalidIdentifier, PersonName


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("王　芳", "王芳"),
        (" 王 小 芳 ", "王小芳"),
        *((f"阿依古丽{dot}买买提", "阿依古丽·买买提") for dot in "·•・･‧∙⋅˙ㆍ.．"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("⼀⼆", "一二"),
        ("\ufa10田", "\u585a田"),
        ("ｍａｒｉａ  santos", "MARIA SANTOS"),
        ("O'Brien, Mary-Ann", "O'BRIEN, MARY-ANN"),
        ("赵C", "赵C"),
        ("𠮷田", "𠮷田"),
    ],
)
def test_a_name_has_one_spelling(typed: str, name: str) -> None:
    assert str(PersonName.parse(typed)) == name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("王", "person_name.length"),
        ("  ", "person_name.length"),
        ("王" * 61, "person_name.length"),
        ("王" * 1000, "person_name.length"),
        ("王\n芳", "person_name.characters"),
        ("王\x00芳", "person_name.characters"),
        ("王1芳", "person_name.characters"),
        ("<b>", "person_name.characters"),
        ("王芳😀", "person_name.characters"),
    ],
)
def test_what_no_card_prints_is_no_name(text: str, code: str) -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        PersonName.parse(text)
    assert refusal.value.code == code

"""What the columns hold by which enterprises are found: Chinese grams, pinyin and pinyin initials.

Trigram indexes break silently under some locales and never serve two characters; a `text[]` of grams under
GIN does both everywhere. A hit on grams is exact once the folded name is compared too:
`grams @> query_grams(q) AND folded LIKE '%' || folded(q) || '%'`. Folded text is letters and digits alone, so
nothing in it needs escaping in LIKE. Pinyin and initials are compared with the folded query in the same way.
"""

import unicodedata
from functools import cache, lru_cache
from typing import Final

import pypinyin

# Characters that place and trade names read by the word they stand in: 重庆, 长沙, 厦门, 银行, 乐清, 六安.
# Only names with one of them pay for the look-up of words, which is many times slower.
WAVERING: Final = frozenset("重长厦行乐都六朝会调传藏尉堡泊大车参种少")


def folded(text: str) -> str:
    """Letters, ideographs and digits of the text in NFKC and lower case, and nothing else."""
    lowered = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
    return "".join(filter(str.isalnum, lowered))


def grams(text: str) -> list[str]:
    """The distinct single characters and pairs of the folded text, sorted: what a row stores."""
    characters = folded(text)
    return sorted({*characters, *_pairs(characters)})


def query_grams(text: str) -> list[str]:
    """The fewest grams that every match holds: the pairs, or the character if there is but one.

    Empty for a text without letters and digits; `@> '{}'` is true of every row, so do not ask then.
    """
    characters = folded(text)
    return sorted(set(_pairs(characters))) or list(characters)


def pinyin(text: str) -> str:
    """The text in pinyin without tones and spaces, ü as v: 爱侬家政 gives `ainongjiazheng`."""
    return "".join(_syllables(folded(text)))


def pinyin_initials(text: str) -> str:
    """The first letters of the syllables; Latin letters and digits stay: 爱侬家政 gives `anjz`."""
    return "".join(syllable[:1] for syllable in _syllables(folded(text)))


def _pairs(characters: str) -> list[str]:
    return [characters[start : start + 2] for start in range(len(characters) - 1)]


@lru_cache(maxsize=256)  # pinyin and initials of a row are asked for one after the other
def _syllables(characters: str) -> tuple[str, ...]:
    """One syllable per ideograph and one letter per letter; what has no reading (𠮷) drops out."""
    if WAVERING.isdisjoint(characters):
        spelled = [_reading(character) for character in characters]
    else:
        # Folded text has no spaces, so they can take a run of Latin letters apart.
        spelled = " ".join(pypinyin.lazy_pinyin(characters, errors=" ".join)).split()
    return tuple(syllable for syllable in spelled if syllable.isascii())


@cache
def _reading(character: str) -> str:
    """The commonest reading; there are only some thousand characters, so all of them are kept."""
    return str(pypinyin.lazy_pinyin(character)[0])

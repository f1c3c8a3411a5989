"""How names are found by their parts: runs of characters (grams), pinyin and pinyin initials.

Trigram indexes break silently under some locales and never serve two characters; grams under GIN do both
everywhere. A row keeps text alone, folded or spelled, and the index makes the grams (`ledger.grams`), so that
rows stay narrow. An index finds candidates, each of which is compared once more, with q folded, too:
`ledger.grams(folded, 2) @> query_grams(q, 2) AND folded LIKE '%' || q || '%'`. Folded text is letters and
digits alone, so nothing in it needs escaping in LIKE.
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


def query_grams(characters: str, longest: int) -> list[str]:
    """The grams that a folded text is looked up by in an index of grams of up to so many characters.

    Only those of the greatest length, or the text itself where it is shorter. Empty for an empty text;
    `@> '{}'` is true of every row, so do not ask then.
    """
    size = min(longest, len(characters))
    return sorted({characters[start : start + size] for start in range(len(characters) - size + 1)} - {""})


def pinyin(text: str) -> str:
    """The text in pinyin without tones and spaces, ü as v: 爱侬家政 gives `ainongjiazheng`."""
    return "".join(_syllables(folded(text)))


def pinyin_initials(text: str) -> str:
    """The first letters of the syllables; Latin letters and digits stay: 爱侬家政 gives `anjz`."""
    return "".join(syllable[:1] for syllable in _syllables(folded(text)))


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

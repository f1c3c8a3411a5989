"""What credit records of each type may say, drawn by hypothesis; and any JSON at all."""

from typing import Any, Final

from hypothesis import strategies as st

from domain.codes.platform import INSURANCE_KIND

DAYS: Final = st.dates().map(str)
TEXTS: Final = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200)
COUNTS: Final = st.integers(0, 1_000_000)
YEARS: Final = st.integers(1950, 2100)
MONTHS: Final = st.builds("{}-{:02}".format, YEARS.filter(lambda year: year < 2100), st.integers(1, 12))


def _contents(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    absent = {name: st.none() | values for name, values in optional.items()}
    return st.fixed_dictionaries(required, optional=absent)


CONTENTS: Final[dict[str, st.SearchStrategy[dict[str, Any]]]] = {
    "tax": _contents(
        {"year": YEARS, "paid": st.booleans()}, {"level": st.sampled_from("ABMCD"), "authority": TEXTS}
    ),
    "bank_credit": _contents(
        {"as_of": MONTHS, "overdue_loans": COUNTS},
        {"longest_overdue_months": COUNTS, "is_defaulter": st.booleans()},
    ),
    "identity": _contents(
        {
            "verified": st.booleans(),
            "method": st.sampled_from(["card", "face", "in_person"]),
            "verified_on": DAYS,
        },
        {},
    ),
    "criminal_record": _contents(
        {"has_record": st.booleans(), "checked_on": DAYS}, {"valid_until": DAYS, "certificate": TEXTS}
    ),
    "insurance": _contents(
        {
            "kind": st.sampled_from(sorted(INSURANCE_KIND.names)),
            "insurer": TEXTS,
            "valid_from": DAYS,
            "valid_until": DAYS,
        },
        {"insured_yuan": COUNTS},
    ),
    "health": _contents(
        {"result": st.sampled_from(["fit", "restricted", "unfit"]), "examined_on": DAYS},
        {"valid_until": DAYS, "institution": TEXTS, "certificate": TEXTS},
    ),
}
"""A strategy a type; every field of the type occurs in it."""

ANY_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)

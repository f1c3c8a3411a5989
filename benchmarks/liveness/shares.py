"""How many of how many, and what that says about all the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

Z_OF_95_PERCENT = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    hits: int
    of: int

    @classmethod
    def of_those(cls, answers: Iterable[bool]) -> "Share":
        """How many of the answers are yes."""
        given = list(answers)
        return cls(sum(given), len(given))

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None of nothing."""
        return self.hits / self.of if self.of else None

    @property
    def bounds(self) -> tuple[float, float]:
        """The 95 % interval of Wilson ("Probable Inference", 1927; Brown, Cai and DasGupta, 2001, formula 4).

        It takes the cases to be independent of each other.
        """
        if not self.of:
            return 0.0, 1.0
        share, weight = self.hits / self.of, Z_OF_95_PERCENT**2 / self.of
        middle = share + weight / 2
        half = sqrt(weight * (share * (1 - share) + weight / 4))
        return max(0.0, (middle - half) / (1 + weight)), min(1.0, (middle + half) / (1 + weight))

    def as_json(self) -> dict[str, object]:
        """Rounded to four places."""
        value = None if self.value is None else round(self.value, 4)
        return {
            "hits": self.hits,
            "of": self.of,
            "share": value,
            "bounds": [round(bound, 4) for bound in self.bounds],
        }

"""How long a search among the enterprises of a country takes, against what Postgres itself has for it."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from statistics import fmean, median
from typing import cast
from uuid import uuid4

from psycopg import Connection
from psycopg.sql import SQL, Composed

from benchmarks.harness import Benchmark, Group, Measured, Run
from benchmarks.sample_log import BEGINNING
from domain.check_characters import uscc_check_character
from domain.enterprise import Enterprise, EnterpriseDetails
from domain.event import Cause
from domain.regions import present_regions
from ledger.store.positions import Position
from projections import enterprise_directory
from projections.enterprise_directory import ENTERPRISES, Search, search
from projections.log_reader import LoggedEvent

ROWS_PER_ITEM = 5
"""A quarter of a million enterprises by default, a million with `--full`."""
BATCH_ROWS = 5_000
PAGE_ROWS = 20
TIMES = 5
"""How often a turn asks each question."""

CHARACTERS = "安爱好天易佳美康福瑞华诚信恒德金宝贝优悦和泰顺盛达鑫源宏祥慧仁善心家洁净亮丽新世纪阳光"
TRADES = ("家政服务", "家庭服务", "母婴护理", "保洁服务", "养老服务", "清洁服务")
FORMS = ("有限公司", "有限责任公司", "中心", "服务部")

QUESTIONS = {
    "two characters": Search(text="爱佳"),
    "a brand": Search(text="爱佳家政"),
    "words of most names": Search(text="家政服务有限公司"),
    "one of them, in a city": Search(text="家政", city="杭州市"),
    "a name in a province": Search(name="康福", province="浙江省"),
    "initials": Search(text="ajjz"),
    "pinyin": Search(text="aijia"),
    "no name has it": Search(text="家政麒麟"),
}

TRIGRAMS = """
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE TABLE trigrams AS TABLE views.enterprises;
    CREATE INDEX ON trigrams (enterprise_id);
    CREATE INDEX ON trigrams (province, city);
    CREATE INDEX ON trigrams (city);
    CREATE INDEX ON trigrams USING gin (written public.gin_trgm_ops);
    CREATE INDEX ON trigrams USING gin (spelled public.gin_trgm_ops);
    ANALYZE trigrams;
"""

Ask = Callable[[Search], object]


def measure(run: Run) -> Measured:
    """Ask the same questions of the read model, of trigram indexes, and of every row."""
    with run.server.connect() as connection, run.server.connect() as slow:
        number = run.scale.items * ROWS_PER_ITEM
        _fill(connection, number, run.notice)
        run.notice("indexing trigrams")
        connection.execute(TRIGRAMS)
        slow.execute("SET enable_indexscan = off; SET enable_bitmapscan = off")
        answers = {label: Answers() for label in ("ours", "trigrams", "every row")}
        asks: dict[str, Ask] = {
            "ours": lambda wanted: search(connection, wanted, None, PAGE_ROWS),
            "trigrams": partial(_plain, connection, SQL("trigrams")),
            "every row": partial(_plain, slow, SQL("views.enterprises")),
        }
        run.take_turns({label: partial(answers[label].turn, ask) for label, ask in asks.items()})
    means = {label: fmean(known.medians().values()) for label, known in answers.items()}
    return Measured(means.pop("ours"), means, _details(answers), _settings(number))


class Answers:
    """How long each question took, in milliseconds."""

    def __init__(self) -> None:
        self._taken: dict[str, list[float]] = {label: [] for label in QUESTIONS}

    def turn(self, ask: Ask) -> float:
        """Ask everything a few times; the mean."""
        for label, wanted in QUESTIONS.items():
            for _ in range(TIMES):
                began = time.perf_counter()
                ask(wanted)
                self._taken[label].append((time.perf_counter() - began) * 1000)
        return fmean(taken[-1] for taken in self._taken.values())

    def medians(self) -> Group:
        """Of each question."""
        return {label: median(taken) for label, taken in self._taken.items()}


def _details(answers: dict[str, Answers]) -> dict[str, Group]:
    of_all = {label: known.medians() for label, known in answers.items()}
    return {question: {label: of_all[label][question] for label in of_all} for question in QUESTIONS}


def _settings(number: int) -> dict[str, object]:
    return {
        "enterprises": number,
        "page_rows": PAGE_ROWS,
        "figure_is": "the mean over all questions of the median of each",
    }


def _plain(connection: Connection, table: SQL, wanted: Search) -> list[tuple[object, ...]]:
    """The same question without grams and without a sample; the planner chooses."""
    conditions, values = _conditions(wanted)
    query = SQL(
        "SELECT enterprise_id, uscc, name, brand, province, city, status FROM {} WHERE {}"
        " ORDER BY enterprise_id LIMIT %s"
    )
    return connection.execute(query.format(table, conditions), [*values, PAGE_ROWS]).fetchall()


def _conditions(wanted: Search) -> tuple[Composed, list[object]]:
    given = wanted.text or wanted.name
    like = SQL("(written LIKE %s OR spelled LIKE %s)") if given.isascii() else SQL("written LIKE %s")
    parts: list[SQL] = [like]
    values: list[object] = [f"%{given}%"] * (2 if given.isascii() else 1)
    for column, value in ((SQL("province = %s"), wanted.province), (SQL("city = %s"), wanted.city)):
        if value:
            parts.append(column)
            values.append(value)
    return SQL(" AND ").join(parts), values


def _fill(connection: Connection, number: int, notice: Callable[[str], None]) -> None:
    """As a rebuild does: without indexes first."""
    connection.execute("DROP TABLE views.enterprises; SET search_path TO views")
    ENTERPRISES.create(connection)
    for first in range(0, number, BATCH_ROWS):
        notice(f"enterprise {first:,} of {number:,}")
        batch = [_listed(one) for one in _enterprises(first, min(BATCH_ROWS, number - first))]
        enterprise_directory.handle(connection, batch)
    notice("indexing")
    ENTERPRISES.index(connection)
    for command in ("VACUUM ANALYZE enterprises", "RESET search_path"):
        connection.execute(command)


def _listed(details: EnterpriseDetails) -> LoggedEvent:
    event = Enterprise.put_on_list(Cause(BEGINNING, "staff:editor", uuid4()), details).pending_events[0]
    return LoggedEvent(Position(0, 1), Enterprise.Created.TOPIC, cast("Enterprise.Created", event))


def _enterprises(first: int, number: int) -> Iterator[EnterpriseDetails]:
    """The same in every run; a few cities have most of them, and half of the names say which."""
    random = Random(first)  # noqa: S311 - sample data, not secrets
    cities = _cities()
    for nth in range(first, first + number):
        body = f"91330100{nth:09}"
        province, city = cities[int(random.expovariate(1 / 60)) % len(cities)]
        brand = "".join(random.choices(CHARACTERS, k=random.choice((2, 2, 3, 4))))
        name = f"{random.choice((city, ''))}{brand}{random.choice(TRADES)}{random.choice(FORMS)}"
        known_as = random.choice((brand, "", ""))
        uscc = body + uscc_check_character(body)
        yield EnterpriseDetails(uscc, name, known_as, province, city, "operating")


def _cities() -> tuple[tuple[str, str], ...]:
    """Province and city of every prefecture."""
    regions = present_regions()
    codes = (code for code in sorted(regions) if code.endswith("00") and not code.endswith("0000"))
    return tuple((regions[code[:2] + "0000"], regions[code]) for code in codes)


BENCHMARK = Benchmark(
    name="search",
    summary="a page of twenty enterprises, against trigram indexes and against reading every row",
    unit="ms",
    measure=measure,
    higher_is_better=False,
)

"""Checks of a running configuration, each with what to do where it fails."""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import redis
from pydantic import ValidationError

from devices.card_ports import CardReadError
from devices.face_models import MODEL_ID
from jiazheng.bootstrap import build_app, build_card_decoder
from jiazheng.settings import Settings, what_is_wrong
from ledger.sealing.erasures import ErasureList, ErasureListMissing
from ledger.sealing.keyring import Keyring
from projections import catalogue
from projections.follower import lags

TIMEOUT_SECONDS = 3
TOLERATED_LAG_EVENTS = 1_000
"""A runner that runs has handled so many in a moment."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, whether it is good, and what to do if not."""

    what: str
    is_good: bool
    advice: str = ""


def examine() -> list[Finding]:
    """Look at settings, databases, queue, secrets, face model, app, and the card decoder if one is set."""
    try:
        settings = Settings()
    except ValidationError as error:
        return [Finding("settings", is_good=False, advice=f"{what_is_wrong(error)}; see `jiazheng settings`")]
    return [
        Finding("settings", is_good=True),
        _checked("keyring", lambda: Keyring.load(settings.keyring_file), "run `jiazheng migrate` once"),
        _checked(
            "list of erasures", lambda: ErasureList(settings.erasures_file).subjects(), "bring the file back"
        ),
        _checked(
            "ledger database", lambda: _may_not_rewrite(settings.database_url), "see docs/operations.md"
        ),
        _checked("keys database", lambda: _has_keys(settings.keys_database_url), "see docs/operations.md"),
        _checked("queue", lambda: _ping(settings.redis_url), "is Valkey or Redis up?"),
        _checked("face model", lambda: _is_model(settings.face_model_sha256), "calibrate for this model"),
        _checked("app", lambda: build_app(settings), "see the settings of the app in docs/operations.md"),
        *_card_decoder(settings),
        *_read_models(settings.database_url),
    ]


class NotInOrder(RuntimeError):
    """A check found something wrong."""


WRONG = (
    NotInOrder,
    ErasureListMissing,
    CardReadError,
    OSError,
    psycopg.Error,
    redis.RedisError,
    KeyError,
    TypeError,
    ValueError,
)
"""What a check meets when something is not there, not reachable, or (the last three) damaged."""


def _checked(what: str, check: Callable[[], object], advice: str) -> Finding:
    try:
        check()
    except WRONG as error:
        return Finding(what, is_good=False, advice=f"{type(error).__name__}; {advice}")
    return Finding(what, is_good=True)


def _has_keys(url: str) -> None:
    with psycopg.connect(url, connect_timeout=TIMEOUT_SECONDS) as connection:
        connection.execute("SELECT FROM keys.subject_keys LIMIT 0")


def _may_not_rewrite(url: str) -> None:
    """The application's own role must not be able to change what happened."""
    query = """
        SELECT bool_or(has_table_privilege('ledger.events', privilege))
        FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) privilege
    """
    with psycopg.connect(url, connect_timeout=TIMEOUT_SECONDS) as connection:
        row = connection.execute(query).fetchone()
    if row is None or row[0]:
        msg = "the role may change events"
        raise NotInOrder(msg)


def _read_models(url: str) -> list[Finding]:
    """How far each read model is behind the log."""
    try:
        with psycopg.connect(url, connect_timeout=TIMEOUT_SECONDS) as connection:
            behind = lags(connection, list(catalogue.BY_NAME))
    except psycopg.Error as error:
        return [
            Finding("read models", is_good=False, advice=f"{type(error).__name__}; run `jiazheng migrate`")
        ]
    return [_read_model(name, sum(partitions.values())) for name, partitions in behind.items()]


def _read_model(name: str, events: int) -> Finding:
    advice = "is `jiazheng project` running? Its log tells where one was stopped"
    return Finding(f"read model {name}: {events} events behind", events <= TOLERATED_LAG_EVENTS, advice)


def _ping(url: str) -> None:
    with redis.Redis.from_url(url, socket_timeout=TIMEOUT_SECONDS) as client:
        client.ping()


def _card_decoder(settings: Settings) -> list[Finding]:
    """Without a host phones read no cards, and nothing is missing."""
    if settings.card_decoder_host is None:
        return []
    advice = "is it up, and is its certificate of JIAZHENG_CARD_DECODER_CA_FILE?"
    return [_checked("card decoder", lambda: _require_decoder(settings), advice)]


def _require_decoder(settings: Settings) -> None:
    decoder = build_card_decoder(settings)
    if decoder is not None:
        decoder.require_reachable(TIMEOUT_SECONDS)


def _is_model(wanted: str | None) -> None:
    if wanted not in (None, MODEL_ID):
        msg = "the thresholds were set for another model"
        raise NotInOrder(msg)

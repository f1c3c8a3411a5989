"""The composition root: the only place where the parts are put together."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import fields
from ssl import create_default_context

import psycopg

from api.http.answers import Answers
from api.http.request_limits import RequestLimits
from api.http.tokens import Sessions
from api.http.uploads import discard_parts
from api.parts import Parts
from api.people.push import PushHub
from api.signing_in.known_devices import KnownDevices
from api.signing_in.passkeys import Passkeys
from api.signing_in.sms_codes import SmsCodes
from api.verification.relay_dialogues import DIALOGUE_SECONDS, CardRelays
from api.verification.relay_mail import CARD_SECONDS
from devices.card_decoders.remote_sam import RemoteSamDecoder
from devices.face_models import MODEL_ID
from devices.face_pool import FacePool
from devices.face_thresholds import Thresholds
from devices.key_attestation import AttestedApp
from devices.portrait import EmbeddedPortraitDecoder
from domain.rules import Rules
from jiazheng.settings import OwnerSettings, Settings, variable_of
from ledger.clock import Clock, DemoClock, system_clock
from ledger.credit_ledger import CreditLedger
from ledger.enterprise_imports import EnterpriseImports
from ledger.migrate import migrate
from ledger.sealing.erasures import ErasureList
from ledger.sealing.keyring import Keyring
from ledger.store.hints import POLLING, Hints, Wakeups
from ledger.use_cases.accounts import replay_erasures
from ledger.vault.sms_outbox import SmsOutbox
from projections.catalogue import create_tables
from workers.messages import HttpSmsGateway
from workers.push import HttpPushGateway


def build_clock(settings: Settings) -> Clock:
    """The machine's clock, or the demo's."""
    return DemoClock(settings.demo_clock_file) if settings.demo_clock_file else system_clock


def build_ledger(settings: Settings) -> CreditLedger:
    """The ledger, with its keys; what a restored database brought back is erased again before it is used."""
    ledger = CreditLedger(settings.ledger_environment(), settings.rules, build_wakeups(settings))
    replay_erasures(ledger)
    return ledger


def build_wakeups(settings: Settings) -> Wakeups:
    """How those who append wake those who follow."""
    return Hints(settings.redis_url) if settings.hints else POLLING


def build_outbox(ledger: CreditLedger) -> SmsOutbox:
    """The outbox of SMS, for whoever queues, sends or shows them."""
    return SmsOutbox(ledger.pool, ledger.keyring.platform)


def build_imports(settings: Settings, ledger: CreditLedger) -> EnterpriseImports:
    """The imports of the enterprise list, for whoever hands one in, works for one or asks how far it is."""
    return EnterpriseImports(ledger, settings.imports_folder)


def build_sms_gateway(settings: Settings) -> HttpSmsGateway | None:
    """The gateway of SMS, if there is one; a demo has none."""
    if settings.sms_gateway_url is None:
        return None
    return HttpSmsGateway(settings.sms_gateway_url, settings.sms_gateway_token)


def build_push_gateway(settings: Settings) -> HttpPushGateway | None:
    """The gateway to phones, if there is one; without it apps hear by their open connection only."""
    if settings.push_gateway_url is None:
        return None
    return HttpPushGateway(settings.push_gateway_url, settings.push_gateway_token)


def build_card_decoder(settings: Settings) -> RemoteSamDecoder | None:
    """The service that decodes cards for phones with NFC, if there is one."""
    if settings.card_decoder_host is None or settings.card_decoder_port is None:
        return None
    ca_file = settings.card_decoder_ca_file
    return RemoteSamDecoder(
        settings.card_decoder_host,
        settings.card_decoder_port,
        deadline_seconds=DIALOGUE_SECONDS,
        tls=create_default_context(cafile=ca_file) if ca_file else None,
        card_timeout_seconds=CARD_SECONDS,
    )


def build_card_relays(settings: Settings, keyring: Keyring) -> CardRelays:
    """What phones with NFC read cards by."""
    decoder = build_card_decoder(settings)
    return CardRelays(settings.redis_url, keyring.platform, decoder, settings.public_url)


class AppUnknown(ValueError):
    """Of the attestation's roots and the app that is to be attested one is not named."""


def build_app(settings: Settings) -> AttestedApp | None:
    """The app whose attested keys sign captures, if there is one.

    Raises:
        AppUnknown: roots, package or signer without the others.
    """
    roots, package, signer = (
        settings.app_attestation_roots,
        settings.app_package,
        settings.app_signer_sha256,
    )
    if roots is None and package is None and signer is None and settings.app_revoked_certificates is None:
        return None
    if roots is None or package is None or signer is None:
        msg = "JIAZHENG_APP_ATTESTATION_ROOTS, _PACKAGE and _SIGNER_SHA256 go together"
        raise AppUnknown(msg)
    return AttestedApp.read(roots, package, signer, settings.app_revoked_certificates)


@asynccontextmanager
async def open_api_parts(settings: Settings) -> AsyncIterator[Parts]:
    """What the API works with; the face processes start here and end with it."""
    ledger, clock = build_ledger(settings), build_clock(settings)
    keyring, pool = ledger.keyring, ledger.pool
    sessions = Sessions(pool, keyring.tokens, settings.rules)
    imports = build_imports(settings, ledger)
    discard_parts(imports.folder)
    async with (
        FacePool(settings.face_processes, build_thresholds(settings)) as faces,
        aclosing(build_card_relays(settings, keyring)) as card_relays,
    ):
        await faces.warm_up()
        yield Parts(
            ledger=ledger,
            clock=clock,
            faces=faces,
            portraits=EmbeddedPortraitDecoder(),
            sessions=sessions,
            known_devices=KnownDevices(pool, keyring.tokens, settings.rules),
            sms_codes=SmsCodes(ledger, build_outbox(ledger), keyring.tokens),
            answers=Answers(pool, keyring.platform),
            request_limits=RequestLimits(settings.redis_url, keyring.tokens, settings.rules),
            passkeys=Passkeys(pool, keyring.tokens, settings.public_url),
            card_relays=card_relays,
            push=PushHub(ledger, sessions, clock),
            imports=imports,
            app=build_app(settings),
            public_url=settings.public_url,
        )
    ledger.close()


def build_thresholds(settings: Settings) -> tuple[Thresholds, ...]:
    """The thresholds of both template kinds, for the model they were set for."""
    band = (settings.face_accept_below, settings.face_reject_from, settings.face_model_sha256 or MODEL_ID)
    return Thresholds("portrait", *band), Thresholds("selfie", *band)


def describe_settings() -> Iterator[tuple[str, str, str]]:
    """Every setting: its variable, its default, its meaning; the rules one by one."""
    for name, field in Settings.model_fields.items():
        if name == "rules":
            continue
        default = "required" if field.is_required() else str(field.default)
        yield variable_of(name), default, field.description or ""
    for rule in fields(Rules):
        yield f"JIAZHENG_RULES__{rule.name.upper()}", str(rule.default), rule.name.replace("_", " ")


class KeyringLost(RuntimeError):
    """The keyring that unwraps people's keys is gone; a new one would lose them for good."""


def create_files(settings: Settings) -> None:
    """Create the secrets and the list of erasures of a new system; keeps those that are there.

    Raises:
        KeyringLost: the system is not new.
    """
    if settings.keyring_file.exists():
        return
    with psycopg.connect(settings.keys_database_url) as connection:
        if connection.execute("SELECT FROM keys.subject_keys LIMIT 1").fetchone() is not None:
            msg = f"{settings.keyring_file} is missing, and there are people's keys: bring the file back"
            raise KeyringLost(msg)
    ErasureList.create(settings.erasures_file)  # first: what is interrupted here is done at the next attempt
    Keyring.generate(settings.keyring_file)


def migrate_all(owner: OwnerSettings) -> list[str]:
    """Bring both databases and the read models' tables up to date.

    Returns:
        the names of the migrations that were run.
    """
    done = migrate(owner.database_owner_url, "ledger")
    done += migrate(owner.keys_database_owner_url, "keys")
    create_tables(owner.database_owner_url)
    return done

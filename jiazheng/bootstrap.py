"""The composition root: the only place where the parts are put together."""

from jiazheng.settings import OwnerSettings, Settings
from ledger.clock import Clock, DemoClock, system_clock
from ledger.credit_ledger import CreditLedger
from ledger.erasures import ErasureList
from ledger.keyring import Keyring
from ledger.migrate import migrate
from ledger.sms_outbox import SmsOutbox
from projections.catalogue import create_tables
from workers.messages import HttpSmsGateway


def build_clock(settings: Settings) -> Clock:
    """The machine's clock, or the demo's."""
    return DemoClock(settings.demo_clock_file) if settings.demo_clock_file else system_clock


def build_ledger(settings: Settings) -> CreditLedger:
    """The ledger, with its keys; what a restored database brought back is erased again before it is used."""
    ledger = CreditLedger(settings.ledger_environment(), settings.rules)
    ledger.keys.replay_erasures()
    return ledger


def build_outbox(ledger: CreditLedger) -> SmsOutbox:
    """The outbox of SMS, for whoever queues, sends or shows them."""
    return SmsOutbox(ledger.pool, ledger.keyring.platform)


def build_sms_gateway(settings: Settings) -> HttpSmsGateway | None:
    """The gateway of SMS, if there is one; a demo has none."""
    if settings.sms_gateway_url is None:
        return None
    return HttpSmsGateway(settings.sms_gateway_url, settings.sms_gateway_token)


def create_files(settings: Settings) -> None:
    """Create the secrets and the list of erasures of a new system; keeps those that are there."""
    if not settings.keyring_file.exists():
        Keyring.generate(settings.keyring_file)
        ErasureList.create(settings.erasures_file)


def migrate_all(owner: OwnerSettings) -> list[str]:
    """Bring both databases and the read models' tables up to date.

    Returns:
        the names of the migrations that were run.
    """
    done = migrate(owner.database_owner_url, "ledger")
    done += migrate(owner.keys_database_owner_url, "keys")
    create_tables(owner.database_owner_url)
    return done

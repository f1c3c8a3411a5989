"""The whole system on one machine: our roles, with embedded services or real ones."""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import httpx

from jiazheng.bootstrap import create_files, migrate_all
from jiazheng.embedded.accounts import default_state_dir
from jiazheng.embedded.lock import StateLock
from jiazheng.embedded.postgres import EmbeddedPostgres
from jiazheng.embedded.valkey import EmbeddedValkey
from jiazheng.settings import OwnerSettings, Settings
from jiazheng.supervisor import Role, Supervisor
from jiazheng.watched import Service

CHECKOUT = Path(__file__).parent.parent
EXTERNAL = ("DATABASE_URL", "KEYS_DATABASE_URL", "REDIS_URL")
DEFAULT_PORT = 8000
READY_TIMEOUT_SECONDS = 1.0
ROLES = ("project", "work", "schedule", "api")
"""In the order they start; they stop the other way round."""


class ConfigurationError(RuntimeError):
    """The environment does not say what to do: some services only, no number, or nothing that runs here."""


class System:
    """One system in a state folder.

    With DATABASE_URL, KEYS_DATABASE_URL and REDIS_URL set, those real services are used (then their owner
    URLs are needed to migrate); without any of them, Postgres and Valkey come from wheels.
    """

    def __init__(
        self,
        state_dir: Path,
        port: int,
        demo_clock_file: Path | None = None,
        extra: dict[str, str] | None = None,
    ) -> None:
        self.state_dir = state_dir
        self.url = f"http://localhost:{port}"
        self._port = port
        self._postgres = EmbeddedPostgres(state_dir)
        self._valkey = EmbeddedValkey(state_dir)
        self._demo_clock_file = demo_clock_file
        self._extra = extra or {}
        self.is_external = external_services()  # asked once: `prepare` adds the embedded ones' URLs

    def parts(self) -> str:
        """What starts with the system, in words."""
        services = "" if self.is_external else "Postgres, Valkey and "
        return f"{services}the roles {', '.join(ROLES)}"

    def environment(self) -> dict[str, str]:
        """What the roles need in their environment; known once the services have started.

        With real services, files and address may be named by the environment, too; a system with embedded
        ones keeps to its own folder, so that no other system's secrets meet its databases.
        """
        environment = {
            "JIAZHENG_KEYRING_FILE": str(self.state_dir / "secrets" / "keyring.json"),
            "JIAZHENG_ERASURES_FILE": str(self.state_dir / "secrets" / "erasures"),
            "JIAZHENG_IMPORTS_FOLDER": str(self.state_dir / "imports"),
            "JIAZHENG_PUBLIC_URL": self.url,
        }
        if self.is_external:
            environment |= {name: os.environ[name] for name in environment if name in os.environ}
        else:
            environment |= self._embedded_urls()
        if self._demo_clock_file:
            environment["JIAZHENG_DEMO_CLOCK_FILE"] = str(self._demo_clock_file)
        return environment | {"JIAZHENG_PORT": str(self._port)} | self._extra

    def _embedded_urls(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self._postgres.app_url("ledger"),
            "KEYS_DATABASE_URL": self._postgres.app_url("keys"),
            "DATABASE_OWNER_URL": self._postgres.owner_url("ledger"),
            "KEYS_DATABASE_OWNER_URL": self._postgres.owner_url("keys"),
            "REDIS_URL": self._valkey.url,
        }

    def prepare(self) -> None:
        """Create secrets and bring the databases up to date; runs between the services and the roles."""
        os.environ.update(self.environment())
        migrate_all(OwnerSettings())
        create_files(Settings())

    def supervisor(self, events: Callable[[str], None]) -> Supervisor:
        """Who starts, watches and stops it all."""
        services: list[Service] = [] if self.is_external else [self._postgres, self._valkey]
        roles = [
            Role(name, (sys.executable, "-m", "jiazheng", name), metrics_port_of(nth), self._ready(name))
            for nth, name in enumerate(ROLES)
        ]
        return Supervisor([*services, Preparation(self.prepare)], roles, self.state_dir, events)

    def _ready(self, role: str) -> Callable[[], bool] | None:
        return self.answers if role == "api" else None

    def answers(self) -> bool:
        """Whether the API answers."""
        try:
            response = httpx.get(f"{self.url}/v1/health", timeout=READY_TIMEOUT_SECONDS, trust_env=False)
        except httpx.TransportError:
            return False
        return response.is_success


def metrics_port_of(nth: int) -> dict[str, str]:
    """Each role of one machine tells its metrics on a port of its own, if they are wanted at all."""
    first = os.environ.get("JIAZHENG_METRICS_PORT")
    if first and not first.isdecimal():
        msg = "JIAZHENG_METRICS_PORT has to be the number of a port"
        raise ConfigurationError(msg)
    return {"JIAZHENG_METRICS_PORT": str(int(first) + nth)} if first else {}


def external_services() -> bool:
    """Whether the environment names real services.

    Raises:
        ConfigurationError: it names some, but not all.
    """
    named = [name for name in EXTERNAL if os.environ.get(name)]
    if named and len(named) < len(EXTERNAL):
        msg = f"set all of {', '.join(EXTERNAL)}, or none; set now: {', '.join(named)}"
        raise ConfigurationError(msg)
    return bool(named)


def join_running_system() -> None:
    """Let this process use the services of the system that runs in this checkout, as `up` or as `demo`.

    Does nothing where the environment names services.

    Raises:
        ConfigurationError: it names none, and nothing runs.
    """
    if external_services():
        return
    for state_dir in (state_dir_of(), state_dir_of() / "demo"):
        if StateLock(state_dir).is_held():
            clock_file = state_dir / "clock"
            system = System(state_dir, DEFAULT_PORT, clock_file if clock_file.exists() else None)
            os.environ.update(system.environment())
            return
    msg = f"no system runs here: start `jiazheng up` in another terminal, or set {', '.join(EXTERNAL)}"
    raise ConfigurationError(msg)


class Preparation:
    """Stands among the services, so that databases are migrated before any role starts."""

    name = "preparation"

    def __init__(self, prepare: Callable[[], None]) -> None:
        self._prepare = prepare
        self._is_done = False

    def start(self) -> None:
        """Prepare."""
        self._prepare()
        self._is_done = True

    def stop(self) -> None:
        """Begin anew at the next start."""
        self._is_done = False

    kill = stop

    def is_running(self) -> bool:
        """Whether it was done."""
        return self._is_done

    is_ready = is_running

    def exit_reason(self) -> str:
        """It does not end by itself."""
        return "not prepared"


def free_port(wanted: int) -> int:
    """`wanted` if nobody listens there, else any free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return wanted


def port_told(wanted: int, tell: Callable[[str], None]) -> int:
    """A free port; if it is not the one that was wanted, that is told."""
    port = free_port(wanted)
    if wanted not in (0, port):
        tell(f"Port {wanted} is taken, so the API gets port {port}.")
    return port


def state_dir_of(checkout: Path = CHECKOUT) -> Path:
    """Where this checkout keeps its state; JIAZHENG_STATE_DIR names another folder."""
    named = os.environ.get("JIAZHENG_STATE_DIR")
    return Path(named) if named else default_state_dir(checkout)

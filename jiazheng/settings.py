"""Settings by environment variables; each has the specification's default where it has a number."""

from ipaddress import ip_address
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.rules import Rules


class Settings(BaseSettings):
    """What a process needs to know; `jiazheng settings` prints them all."""

    model_config = SettingsConfigDict(
        env_prefix="JIAZHENG_",
        env_nested_delimiter="__",
        extra="ignore",
        hide_input_in_errors=True,  # URLs hold passwords
    )

    database_url: str = Field(
        repr=False, validation_alias="DATABASE_URL", description="the ledger, as a member of jz_app"
    )
    keys_database_url: str = Field(
        repr=False,
        validation_alias="KEYS_DATABASE_URL",
        description="the subjects' keys, as a member of jz_app",
    )
    redis_url: str = Field(
        repr=False, validation_alias="REDIS_URL", description="Valkey or Redis, for dramatiq"
    )
    keyring_file: Path = Field(description="the platform's secrets, outside every database")
    erasures_file: Path = Field(description="the list of erasures; no restore may touch it")
    imports_folder: Path = Field(
        description="where enterprise lists lie until they are imported; the same folder for every role"
    )
    demo_clock_file: Path | None = Field(
        None, description="moves the clock of a demo system; never set elsewhere"
    )

    host: str = Field("127.0.0.1", description="where the API listens")
    port: int = Field(8000, description="where the API listens")
    public_url: str = Field("http://127.0.0.1:8000", description="how clients reach us; `aud` of submissions")
    trusted_proxies: str = Field(
        "127.0.0.1",
        description="addresses or networks, by comma, whose X-Forwarded-For tells the client's address",
    )
    database_connections: int = Field(16, description="at most so many per process and database")
    hints: bool = Field(
        True,
        description="wake followers by hints over REDIS_URL; they poll all the same, without it more often",
    )
    metrics_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="where a role tells Prometheus its metrics; with `up` each role has the next one",
    )
    face_processes: int = Field(1, ge=1, description="processes that compare faces; one per core")
    face_accept_below: float = Field(0.40, description="a smaller distance is the same person")
    face_reject_from: float = Field(0.50, description="from this distance on it is another person")
    face_model_sha256: str | None = Field(
        None, description="the model the thresholds were set for; the start is refused with another"
    )
    worker_threads: int = Field(4, ge=1, description="threads of a worker process; each uses a connection")
    sms_gateway_url: str | None = Field(
        None, description="takes SMS as JSON by POST; without it they stay in the outbox (`jiazheng sms`)"
    )
    sms_gateway_token: str | None = Field(None, repr=False, description="bearer token for the SMS gateway")
    push_gateway_url: str | None = Field(
        None, description="wakes phones by POST; without it apps hear by their open connection only"
    )
    push_gateway_token: str | None = Field(None, repr=False, description="bearer token for the push gateway")
    card_decoder_host: str | None = Field(
        None, description="the service that decodes cards for phones with NFC; without it phones read none"
    )
    card_decoder_port: int | None = Field(None, ge=1, le=65535, description="its port")
    card_decoder_ca_file: Path | None = Field(
        None, description="whom to trust for its certificate; only a decoder on this machine does without TLS"
    )
    app_attestation_roots: Path | None = Field(
        None, description="PEM: the roots of Android's key attestation; without it no app is attested"
    )
    app_package: str | None = Field(None, description="the app's package, such as cn.example.jiazheng")
    app_signer_sha256: str | None = Field(
        None, pattern="^[0-9a-fA-F]{64}$", description="of the certificate that the app is signed with"
    )
    app_revoked_certificates: Path | None = Field(
        None, description="Google's list of revoked attestation certificates, JSON; read at the start"
    )
    rules: Rules = Field(default_factory=Rules, description="the specification's numbers")

    @model_validator(mode="after")
    def require_safe_decoder(self) -> Self:
        """The decoder's messages hold the document."""
        if self.card_decoder_host is None:
            if self.card_decoder_port is not None or self.card_decoder_ca_file is not None:
                raise ValueError("a card decoder needs JIAZHENG_CARD_DECODER_HOST")
            return self
        if self.card_decoder_port is None:
            raise ValueError("JIAZHENG_CARD_DECODER_HOST needs JIAZHENG_CARD_DECODER_PORT")
        if self.card_decoder_ca_file is None and not _is_this_machine(self.card_decoder_host):
            raise ValueError("a card decoder elsewhere needs JIAZHENG_CARD_DECODER_CA_FILE")
        return self

    def ledger_environment(self) -> dict[str, str]:
        """What the ledger's factory reads."""
        return {
            "DATABASE_URL": self.database_url,
            "KEYS_DATABASE_URL": self.keys_database_url,
            "KEYRING_FILE": str(self.keyring_file),
            "ERASURES_FILE": str(self.erasures_file),
            "POOL_MAX": str(self.database_connections),
        }


def _is_this_machine(host: str) -> bool:
    """By a loopback address or `localhost`; what another name leads to is somebody else's word."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def variable_of(name: str) -> str:
    """The environment variable of a field of `Settings`."""
    return str(Settings.model_fields[name].validation_alias or f"JIAZHENG_{name.upper()}")


def what_is_wrong(error: ValidationError) -> str:
    """Which variables to set, and which have a value that cannot be; none of these values is told."""
    missing = [_variable(found["loc"]) for found in error.errors() if found["type"] == "missing"]
    wrong = [
        ": ".join(filter(None, (_variable(found["loc"]), found["msg"])))
        for found in error.errors()
        if found["type"] != "missing"
    ]
    return "; ".join(([f"set {', '.join(missing)}"] if missing else []) + wrong)


def _variable(place: tuple[int | str, ...]) -> str:
    """Of a finding's place: a field, perhaps with what is in it; nothing where several do not fit."""
    if not place or place[0] not in Settings.model_fields:
        return "__".join(map(str, place))
    return "__".join((variable_of(str(place[0])), *(str(part).upper() for part in place[1:])))


class OwnerSettings(BaseSettings):
    """What only `jiazheng migrate` and `rebuild` need: the owners of the databases."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    database_owner_url: str = Field(repr=False, validation_alias="DATABASE_OWNER_URL")
    keys_database_owner_url: str = Field(repr=False, validation_alias="KEYS_DATABASE_OWNER_URL")

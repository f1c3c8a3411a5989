"""The platform's secrets: they lie in a file (or a KMS mount) outside every database."""

import json
import os
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

SECRET_BYTES = 32


@dataclass(frozen=True)
class Keyring:
    """Secrets of 32 bytes each.

    Attributes:
        epoch: number of the epoch key that wraps the subjects' keys.
        epoch_keys: the epoch keys that still exist, by number.
        pepper: keys the digests of ID numbers and phones.
        tickets: seals certificate codes and identity challenges.
        tokens: authenticates access and refresh tokens.
        platform: seals what belongs to no single person (outbox, stored answers).
    """

    epoch: int
    epoch_keys: dict[int, bytes] = field(repr=False)
    pepper: bytes = field(repr=False)
    tickets: bytes = field(repr=False)
    tokens: bytes = field(repr=False)
    platform: bytes = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file.

        Raises:
            FileNotFoundError: there is none; without it no personal field can be read.
        """
        stored = json.loads(path.read_text())
        epoch_keys = {int(number): b64decode(key) for number, key in stored.pop("epoch_keys").items()}
        epoch = stored.pop("epoch")
        return cls(epoch, epoch_keys, **{name: b64decode(value) for name, value in stored.items()})

    @classmethod
    def generate(cls, path: Path) -> Self:
        """Write a new file that only its owner may read; refuses to replace one.

        Raises:
            FileExistsError: there is one already; replacing it would make every person unreadable.
        """
        names = ("pepper", "tickets", "tokens", "platform")
        stored: dict[str, object] = {name: _fresh() for name in names}
        stored |= {"epoch": 1, "epoch_keys": {"1": _fresh()}}
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(stored, file)
            file.flush()
            os.fsync(file.fileno())
        return cls.load(path)


def _fresh() -> str:
    return b64encode(secrets.token_bytes(SECRET_BYTES)).decode()

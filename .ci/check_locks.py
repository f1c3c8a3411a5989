"""Do the locked requirements still answer pyproject.toml? Works without a network.

What is installed was installed from the lock, so its own metadata tells what it needs: following it from the
direct dependencies must lead to exactly the locked names, each in a version that everybody who asks accepts.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?: ; ([^\\\n]+))?", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    """The versions that a file of requirements/ locks for this Python and machine, by package."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return {
        canonicalize_name(package): version
        for package, version, marker in PIN.findall(text)
        if not marker or Marker(marker).evaluate()
    }


def project() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def needs_said_otherwise() -> dict[str, list[str]]:
    """What pyproject.toml says that packages need, against their own word."""
    return {said["name"]: said["requires-dist"] for said in project()["tool"]["uv"]["dependency-metadata"]}


def asked_by(requirement: Requirement) -> Iterator[Requirement]:
    """What an installed package needs here, with the extras it was asked for."""
    try:
        texts = needs_said_otherwise().get(requirement.name, requires(requirement.name) or [])
    except PackageNotFoundError:
        return
    for needed in map(Requirement, texts):
        extras = requirement.extras or {""}
        if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
            yield needed


def closure(direct: list[str]) -> Iterator[Requirement]:
    """Every requirement reachable from the direct ones."""
    waiting, seen = [Requirement(text) for text in direct], set[str]()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) not in seen:
            seen.add(str(requirement))
            yield requirement
            waiting.extend(asked_by(requirement))


def faults(name: str, direct: list[str]) -> Iterator[str]:
    """What a lock file says otherwise than the direct requirements ask."""
    locked, reached = pins(name), set[str]()
    for requirement in closure(direct):
        package = canonicalize_name(requirement.name)
        reached.add(package)
        if package not in locked:
            yield f"requirements/{name}.txt lacks {requirement}"
        elif not requirement.specifier.contains(locked[package], prereleases=True):
            yield f"requirements/{name}.txt holds {package} {locked[package]}, asked for is {requirement}"
    for spare in locked.keys() - reached:
        yield f"requirements/{name}.txt holds {spare}, which nothing needs"


def disagreements() -> Iterator[str]:
    """Where a smaller lock holds another version than the development lock, and where a lock names a host."""
    dev = pins("dev")
    for name in ("run", "uv"):
        for package, version in pins(name).items():
            if dev.get(package) != version:
                yield f"requirements/{name}.txt and dev.txt disagree on {package}"
    for path in (ROOT / "requirements").iterdir():
        if "://" in path.read_text(encoding="utf-8"):
            yield f"requirements/{path.name} names a host"


def main() -> int:
    """Print what is wrong; zero when nothing is."""
    said = project()
    run, dev = said["project"]["dependencies"], said["dependency-groups"]["dev"]
    wrong = [*faults("run", run), *faults("dev", run + dev), *faults("uv", ["uv"]), *disagreements()]
    verdict = [*sorted(wrong), "Run `make lock`"] if wrong else ["Locked requirements answer pyproject.toml"]
    sys.stdout.write("\n".join(verdict) + "\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())

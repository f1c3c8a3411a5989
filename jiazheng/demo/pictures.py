"""Test pictures, fetched once from package archives and pinned by hash; they are never committed.

`python -m jiazheng.demo.pictures [folder]` fetches them; later calls work offline. The pictures: one
president three times, and another one (US government, public domain), an astronaut (NASA, public domain), six
groups of people from @vladmandic/face-api (MIT).
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER_VARIABLE = "JIAZHENG_PICTURES"
DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / ".state" / "pictures"
FETCH_SECONDS = 300


class PicturesUnavailable(Exception):
    """A package client failed, or what it brought is not what is pinned."""


@dataclass(frozen=True)
class Archive:
    """A package archive: the client's command (`{}` is the target folder) and, by member path, the hashes."""

    command: tuple[str, ...]
    sha256: str
    members: dict[str, str]


_PIP = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", "{}")
ARCHIVES = (
    Archive(
        # the wheel of this release has no test pictures, its source archive has
        (*_PIP, "--no-binary", "face-recognition", "face-recognition==1.3.0"),
        "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec",
        {
            f"face_recognition-1.3.0/tests/test_images/{name}": sha256
            for name, sha256 in {
                "obama.jpg": "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6",
                "obama2.jpg": "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6",
                "obama3.jpg": "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3",
                "biden.jpg": "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c",
            }.items()
        },
    ),
    Archive(
        # one fixed wheel whatever runs here, for its hash; only a picture is taken out of it
        (
            *(*_PIP, "--only-binary", ":all:", "--python-version", "3.11", "--implementation", "cp"),
            *("--platform", "manylinux_2_28_x86_64", "scikit-image==0.26.0"),
        ),
        "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
        {"skimage/data/astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"},
    ),
    Archive(
        ("npm", "pack", "--silent", "--pack-destination", "{}", "@vladmandic/face-api@1.7.15"),
        "0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031",
        {
            f"package/demo/{name}": sha256
            for name, sha256 in {
                "sample1.jpg": "8ecae4b267b2d3169e06e00c7dee97097aa2a94635d45216f7732a5f4943cb51",
                "sample2.jpg": "7d2b60ae6f13bf30f422e04df87451081a02c83de469056f25afb44b7000c691",
                "sample3.jpg": "8eb081c9efb14370fa94d9feab9e5fbeafd19a627491853a80c2bf67f7ffa936",
                "sample4.jpg": "729efa5923061d40eb4ed5f267a18cc7b8ba6f852bb2757b16d8b7e4937476fc",
                "sample5.jpg": "6d45095ebb182d8f975c0790e0e4eefd86fbb40609cf4b271776d92e12662938",
                "sample6.jpg": "9baad80f9d5e306fb9b8c0913d44445f1e95848df317530efb03d0934c57ba87",
            }.items()
        },
    ),
)
NAMES = tuple(Path(member).name for archive in ARCHIVES for member in archive.members)


def folder(chosen: Path | None = None) -> Path:
    """The given folder, else that of the environment variable, else `.state/pictures` of the checkout."""
    return chosen or Path(os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER)


def path(name: str, chosen: Path | None = None) -> Path:
    """The path of one picture of NAMES. Raises PicturesUnavailable if it was not fetched."""
    found = folder(chosen) / name
    if name not in NAMES or not found.is_file():
        raise PicturesUnavailable(f"{name}: run python -m jiazheng.demo.pictures first")
    return found


def fetch(chosen: Path | None = None) -> Path:
    """Bring every missing picture into the folder and return it; does nothing if all are there and whole.

    Raises PicturesUnavailable. Safe to run twice at a time: each picture is moved into place as a whole.
    """
    target = folder(chosen)
    target.mkdir(parents=True, exist_ok=True)
    for archive in ARCHIVES:
        if not all(_is(target / Path(member).name, sha256) for member, sha256 in archive.members.items()):
            _unpack(archive, target)
    return target


def _is(file: Path, sha256: str) -> bool:
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256


def _unpack(archive: Archive, target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target, prefix=".fetching-") as scratch:
        packed = _download(archive, Path(scratch))
        for member, octets in _members(packed, archive.members):
            fresh = Path(scratch) / Path(member).name
            fresh.write_bytes(octets)
            if not _is(fresh, archive.members[member]):
                raise PicturesUnavailable(f"{fresh.name} is not the pinned picture")
            fresh.replace(target / fresh.name)


def _download(archive: Archive, scratch: Path) -> Path:
    program = shutil.which(archive.command[0])
    if program is None:
        raise PicturesUnavailable(f"{archive.command[0]} is not installed")
    brought = scratch / "archive"
    brought.mkdir()
    command = [program, *(part.replace("{}", str(brought)) for part in archive.command[1:])]
    done = subprocess.run(  # noqa: S603 - a constant command, run without a shell
        command, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False
    )
    files = list(brought.iterdir())
    if done.returncode or len(files) != 1:
        raise PicturesUnavailable(f"{archive.command[-1]}: {done.stderr.strip()[-500:]}")
    if not _is(files[0], archive.sha256):
        raise PicturesUnavailable(f"{files[0].name} is not the pinned archive")
    return files[0]


def _members(packed: Path, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    if packed.suffix == ".whl":
        with zipfile.ZipFile(packed) as wheel:
            yield from ((name, wheel.read(name)) for name in names)
        return
    with tarfile.open(packed) as tar:
        for name in names:
            file = tar.extractfile(name)
            if file is None:
                raise PicturesUnavailable(f"{name} is no file")
            yield name, file.read()


def main(arguments: list[str]) -> int:
    """Fetch, tell where to, and return the exit code."""
    try:
        target = fetch(Path(arguments[0]) if arguments else None)
    except PicturesUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{len(NAMES)} pictures in {target}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Writes the golden files that are missing: `python -m tests.golden`.

It never replaces one: an event that was stored once is read for ever. If a shape changes, raise the class's
`class_version`, add an upcast, and run this again for the new version.
"""

import sys
from pathlib import Path

from tests.controls.events import examples
from tests.golden.stored import EVENTS, file_of, stored_text


def write_missing(folder: Path) -> list[str]:
    """Write what is missing; returns the names of the new files."""
    written = []
    for example in examples().values():
        file = file_of(type(example), folder)
        if not file.exists():
            file.write_text(stored_text(example))
            written.append(file.name)
    return written


if __name__ == "__main__":
    sys.stdout.writelines(f"new: {name}\n" for name in write_missing(EVENTS))

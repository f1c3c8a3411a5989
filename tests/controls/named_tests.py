"""Tests that a document names as `tests/file.py::test_name`, and whether they exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def named_tests(text: str) -> list[tuple[str, str]]:
    """The file and the name of each test that a text names."""
    return re.findall(r"`(tests/\S+\.py)::(\w+)`", text)


def missing_tests(text: str) -> list[str]:
    """The names in a text that no test has."""
    return [name for file, name in named_tests(text) if name not in _defined_in(ROOT / file)]


def _defined_in(file: Path) -> Iterator[str]:
    """The names of the functions and classes of a file."""
    if file.exists():
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                yield node.name

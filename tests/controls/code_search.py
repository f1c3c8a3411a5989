"""Looking for calls in our own source."""

import ast
from collections.abc import Iterator
from pathlib import Path


def calls_in(package: Path, name: str) -> Iterator[ast.Call]:
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node

"""What happens elsewhere at one certain moment: between what a command reads and what it does."""

from collections.abc import Callable
from typing import Any

import pytest


def before_the_first(
    patched: pytest.MonkeyPatch, holder: object, name: str, happens: Callable[[], object]
) -> None:
    """Let something happen before the first call of `holder.name`; the call itself goes on as it is."""
    real, waiting = getattr(holder, name), [happens]

    def and_then(*args: Any, **kwargs: Any) -> Any:
        if waiting:
            waiting.pop()()
        return real(*args, **kwargs)

    patched.setattr(holder, name, and_then)

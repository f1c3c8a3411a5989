"""A claim may be lost between the look at what it guards and the append: then the command decides anew."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.rejections import Reason, Refused
from ledger.store.append import StreamConflict


@contextmanager
def decided_anew(lost: Reason) -> Iterator[None]:
    """Around an append that takes a claim, whose refusal by `lost` only says that what was read is old.

    Raises:
        StreamConflict: it was refused so; whoever loads anew sees why, and refuses by that or goes on.
    """
    try:
        yield
    except Refused as refusal:
        if refusal.reason is not lost:
            raise
        msg = f"a claim was lost meanwhile: {lost.code}"
        raise StreamConflict(msg) from refusal

"""Saves that meet in the batcher, each of which is told what became of it alone."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.rejections import Reason, Refused
from jiazheng.embedded.waiting import wait_until
from ledger.credit_ledger import CreditLedger
from ledger.store.append import Outcome, Save, StreamConflict
from ledger.store.batcher import MAX_SAVES, Batcher
from ledger.store.claims import ClaimChanges
from ledger.store.recorder import DISTANT_PAST
from ledger.store.sender import ServerAway
from tests.controls.races import at_full_width, race
from tests.controls.stored_events import claim_on, stored, stream_in

DEADLINE_SECONDS = 60.0

Batches = list[Sequence[Save]]
SEVERAL = st.lists(
    st.tuples(st.sets(st.integers(0, 5), min_size=1, max_size=3), st.sets(st.integers(0, 3), max_size=2)),
    min_size=2,
    max_size=12,
)


def _save(number: int, streams: set[int], claims: set[int]) -> Save:
    wanted = tuple(claim_on(str(claim), UUID(int=number)) for claim in claims)
    events = [stored(stream_in(stream)) for stream in streams]
    return Save(events, UUID(int=number + 1), DISTANT_PAST, ClaimChanges(take=wanted), (), None)


def _together(saves: Sequence[Save], append: Callable[[Sequence[Save]], Sequence[Outcome]]) -> list[Outcome]:
    """What each was told; all others wait while the first is under way."""

    def waiting_for_all(batch: Sequence[Save]) -> Sequence[Outcome]:
        if saves[0] in batch:
            assert wait_until(lambda: len(batcher._waiting) == len(saves) - 1, DEADLINE_SECONDS)
        return append(batch)

    batcher = Batcher(waiting_for_all, lanes=1)
    with ThreadPoolExecutor(len(saves)) as threads:
        first = threads.submit(batcher.save, saves[0])
        assert wait_until(lambda: batcher._free_lanes == 0, DEADLINE_SECONDS)
        others = [threads.submit(batcher.save, save) for save in saves[1:]]
        return [future.result(DEADLINE_SECONDS) for future in (first, *others)]


def _told_apart(save: Save) -> Outcome:
    """An outcome that no other save gets: every third is a conflict."""
    number = save.append_id.int
    return Outcome([number], "stream" if number % 3 == 0 else None, str(number))


@given(SEVERAL)
@settings(deadline=None, max_examples=50)
def test_each_save_gets_its_own_outcome_and_shares_a_batch_with_none_that_it_touches(
    wanted: list[tuple[set[int], set[int]]],
) -> None:
    # given saves over overlapping streams and claims
    saves, batches = [_save(number, *wants) for number, wants in enumerate(wanted)], Batches()

    def append(batch: Sequence[Save]) -> Sequence[Outcome]:
        batches.append(batch)
        return [_told_apart(save) for save in batch]

    # when they meet
    outcomes = _together(saves, append)
    # then each was appended once and told what became of it
    assert outcomes == [_told_apart(save) for save in saves]
    assert sorted(save.append_id for batch in batches for save in batch) == [s.append_id for s in saves]
    # and no batch holds two that touch the same
    for batch in batches:
        assert all(one.touches.isdisjoint(other.touches) for one, other in combinations(batch, 2))


@given(st.integers(2, MAX_SAVES))
@settings(deadline=None, max_examples=10)
def test_saves_that_touch_nothing_in_common_share_one_append(count: int) -> None:
    # given many saves of different streams, all but one while the first is under way
    batches: Batches = []

    def append(batch: Sequence[Save]) -> Sequence[Outcome]:
        batches.append(batch)
        return [_told_apart(save) for save in batch]

    # when they meet
    _together([_save(number, {number}, set()) for number in range(count)], append)
    # then the rest goes in one
    assert [len(batch) for batch in batches] == [1, count - 1]


def test_a_failed_append_is_told_to_its_own_saves_and_the_next_goes_on() -> None:
    # given an append that fails the first time
    batches: Batches = []

    def append(batch: Sequence[Save]) -> Sequence[Outcome]:
        batches.append(batch)
        if len(batches) == 1:
            raise ConnectionError
        return [_told_apart(save) for save in batch]

    batcher, save = Batcher(append), _save(0, {0}, set())
    # when it is called twice
    with pytest.raises(ConnectionError):
        batcher.save(save)
    # then the second succeeds
    assert batcher.save(save) == _told_apart(save)


def test_a_server_that_is_away_is_waited_for_once_by_all_of_a_batch() -> None:
    # given a server that does not come back, and several saves that share an append
    batches: Batches = []

    def append(batch: Sequence[Save]) -> Sequence[Outcome]:
        batches.append(batch)
        raise ServerAway

    # when they meet
    with pytest.raises(ServerAway):
        _together([_save(number, {number}, set()) for number in range(8)], append)
    # then nobody asks again alone
    assert [len(batch) for batch in batches] == [1, 7]


def test_of_saves_that_race_the_losers_alone_are_refused(ledger: CreditLedger) -> None:
    # given two pairs that want the same stream, two that want the same claim, and one that wants neither
    recorder = at_full_width(ledger).event_log

    def attempt(stream: int, claim: int) -> str:
        changes = ClaimChanges(take=(claim_on(str(claim), stream_in(stream)),))
        try:
            recorder.insert_events([stored(stream_in(stream, 7))], claims=changes)
        except StreamConflict as conflict:
            return str(conflict)
        except Refused as refusal:
            return refusal.reason.code
        return "appended"

    wants = [(1, 1), (1, 2), (2, 3), (2, 4), (3, 5), (4, 5), (5, 6), (6, 6), (7, 7), (8, 8)]
    # when all race
    told = race(*[lambda want=want: attempt(*want) for want in wants])
    # then of each pair one is appended, and the rest knows nothing of it
    pairs = [sorted(map(str, told[nth : nth + 2])) for nth in range(0, 10, 2)]
    taken = sorted(["appended", Reason.PHONE_TAKEN.code])
    moved_on = [["appended", f"the stream moved on: {stream_in(stream, 7)}"] for stream in (1, 2)]
    assert pairs == [*moved_on, taken, taken, ["appended"] * 2]

"""The authorization as of any instant: POST /v1/authorization-replays."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from jiazheng.demo.camera import shown
from tests.controls.api import Api
from tests.controls.identifiers import QIANTANG
from tests.controls.problems import invalid_fields
from tests.controls.trails import REPLAY, asked
from tests.controls.visitors import (
    SAME_FACE,
    Employed,
    cancellation,
)
from tests.controls.workers import signed_worker


def replayed(api: Api, subject: object, *instants: datetime) -> list[dict[str, Any]]:
    """The states of a person as of some instants."""
    texts = [instant.isoformat() for instant in instants]
    answer = asked(api, REPLAY, subject_id=str(subject), instants=texts)
    states: list[dict[str, Any]] = answer.json()["states"]
    return states


def test_a_replay_tells_what_was_authorized_at_any_instant(api: Api) -> None:
    # given a worker's life, and an instant between any two of its steps
    instants = [api.clock()]

    def then() -> None:
        api.clock.advance(timedelta(minutes=1))
        instants.append(api.clock())
        api.clock.advance(timedelta(minutes=1))

    api.clock.advance(timedelta(seconds=1))
    worker = signed_worker(api)
    then()
    worker.client.post("/v1/letter-authorizations", **shown(worker.client, "authorization", SAME_FACE))
    then()
    worker.client.post("/v1/letter-revocations")
    then()
    # when a regulator replays those instants
    states = replayed(api, worker.subject, *instants)
    # then each shows what held at that time
    seen = [(s["identity_assurance"], len(s["signed_scopes"]), len(s["authorized_scopes"])) for s in states]
    assert seen == [(None, 0, 0), ("kiosk", 8, 0), ("kiosk", 8, 8), ("kiosk", 0, 0)]
    assert [list(state["employments"].values()) for state in states] == [
        [],
        ["chosen"],
        ["chosen"],
        ["chosen"],
    ]


def test_a_change_counts_from_its_own_instant(api: Api, worker: Employed) -> None:
    # given a letter that is revoked now
    api.clock.advance(timedelta(minutes=1))
    worker.client.post("/v1/letter-revocations")
    # when the replay asks for this instant and the one before
    states = replayed(api, worker.subject, api.clock() - timedelta(microseconds=1), api.clock())
    # then the revocation divides them
    assert [len(state["authorized_scopes"]) for state in states] == [8, 0]


@pytest.mark.parametrize(
    "instants", [[], ["2026-03-02T01:00:00Z"] * 21, ["yesterday"], ["2026-03-02T01:00:00"]]
)
def test_instants_that_are_none_are_refused(api: Api, instants: list[str]) -> None:
    fields = invalid_fields(asked(api, REPLAY, id_number=QIANTANG, instants=instants))
    assert {field.partition(".")[0] for field in fields} == {"instants"}


def test_the_replay_outlives_the_person(api: Api, worker: Employed) -> None:
    # given a worker who cancelled after a day as a worker
    complete_at = api.clock()
    worker.client.post("/v1/me/cancellation", **cancellation(api, worker))
    # when a regulator replays the time before
    (state,) = replayed(api, worker.subject, complete_at)
    # then what was authorized is still told, by the subject id
    assert (state["identity_assurance"], len(state["authorized_scopes"])) == ("kiosk", 8)

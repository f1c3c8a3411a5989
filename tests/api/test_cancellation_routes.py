"""POST /v1/me/cancellation: what is left of a person afterwards, and what is not."""

from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest

from domain.identifiers import PersonName
from jiazheng.demo.client import refused
from jiazheng.embedded.postgres import EmbeddedPostgres
from tests.controls.api import Api
from tests.controls.certificates import approved, requested, viewed
from tests.controls.people import Person, new_person
from tests.controls.plain_text import found
from tests.controls.problems import refusal
from tests.controls.profiles import EXAMPLES, WORDS
from tests.controls.providers import AUTHORITY, RegisteredProvider, send
from tests.controls.saved_pages import saved
from tests.controls.trails import settled
from tests.controls.visitors import (
    Visitor,
    complete_worker,
    form,
    register_consumer,
    register_worker,
    sms_code,
    staff_client,
)

OWN_NAME: Final = "褚䶮鑫"


def cancelled(api: Api, visitor: Visitor) -> dict[str, str]:
    """Cancel the visitor's account; the header makes a later reader wait for it."""
    code = {"sms_code": sms_code(api, visitor.person)}
    answer = api.post("/v1/me/cancellation", visitor.token, json=code)
    assert answer.status_code == 200, answer.text
    return {"Ledger-Position": answer.headers["Ledger-Position"]}


def test_a_wrong_code_cancels_nothing(api: Api) -> None:
    # given a worker
    worker = register_worker(api)
    # when the code is wrong
    answer = api.post("/v1/me/cancellation", worker.token, json={"sms_code": "000000"})
    # then the account is still there
    assert refusal(answer) == (403, "sms-code-wrong", "sms_code")
    assert worker.client.get("/v1/me")["subject_id"] == str(worker.subject)


def test_every_session_ends_with_the_account(api: Api) -> None:
    # given a worker on two devices
    worker = register_worker(api)
    body = {"phone": str(worker.person.phone), "sms_code": sms_code(api, worker.person), "device": "tablet"}
    tablet = api.post("/v1/sessions", json=body).json()
    # when the account is cancelled
    cancelled(api, worker)
    # then no token of either device works, nor does a login
    for token in (worker.token, tablet["access_token"]):
        assert refusal(api.get("/v1/me", token)) == (401, "token-invalid", None)
    refresh = {"refresh_token": tablet["refresh_token"]}
    assert refusal(api.post("/v1/session-refreshes", json=refresh))[0] == 401
    again = body | {"sms_code": sms_code(api, worker.person)}
    assert refusal(api.post("/v1/sessions", json=again)) == (404, "account-unknown", "phone")


@pytest.mark.parametrize("path", ["/v1/workers", "/v1/consumers"])
def test_id_number_and_phone_can_be_registered_anew_as_somebody_else(api: Api, path: str) -> None:
    # given a cancelled account
    worker = complete_worker(api)
    cancelled(api, worker)
    # when the same person registers again
    answer = api.post(path, json=form(worker.person, sms_code(api, worker.person)))
    # then they are another subject, without anything of the past
    me = api.get("/v1/me", answer.json()["tokens"]["access_token"]).json()
    assert UUID(me["subject_id"]) != worker.subject
    assert (me["identity_assurance"], me["letter_scopes"]) == (None, [])


@pytest.mark.parametrize("who_goes", ["worker", "consumer"])
def test_the_other_side_keeps_a_receipt_that_names_nobody(api: Api, who_goes: str) -> None:
    # given a worker and a consumer who met
    worker, consumer = complete_worker(api), register_consumer(api)
    disclosure = requested(worker, consumer, ["basic"])
    # when one of them cancels
    gone, stays = (worker, consumer) if who_goes == "worker" else (consumer, worker)
    cancelled(api, gone)
    settled(api)
    # then the other one's receipt still tells that it happened, but not with whom
    receipts = stays.client.get("/v1/me/receipts")["items"]
    assert [receipt["disclosure_id"] for receipt in receipts] == [disclosure["disclosure_id"]]
    assert receipts[0][f"{who_goes}_name"] == "erased"


def test_the_certificate_of_somebody_who_is_gone_opens_nothing(api: Api) -> None:
    # given a worker's fresh code, and a disclosure under way
    worker, consumer = complete_worker(api), register_consumer(api)
    disclosure = requested(worker, consumer, ["basic"])
    # when the worker cancels at once and the code is scanned
    code = sms_code(api, worker.person)
    certificate = worker.client.post("/v1/certificate-codes")["code"]
    worker.client.post("/v1/me/cancellation", json={"sms_code": code})
    scanned = api.post("/v1/disclosures", consumer.token, json={"code": certificate, "scopes": ["basic"]})
    seen = api.post(f"/v1/disclosures/{disclosure['disclosure_id']}/views", consumer.token)
    # then there is no such worker any more
    assert refusal(scanned) == (404, "worker-unknown", None)
    assert refusal(seen) == (404, "worker-unknown", None)


def test_an_operator_no_longer_sees_who_is_gone(api: Api) -> None:
    # given a worker of an enterprise
    worker = complete_worker(api)
    operator = staff_client(api, "operator", worker.enterprise)
    # when the worker cancels
    after = cancelled(api, worker)
    # then the list is empty
    listed = api.get("/v1/enterprise/employments", operator.access_token, headers=after)
    assert listed.json()["items"] == []


def test_a_repeated_cancellation_is_refused_with_the_session(api: Api) -> None:
    # given a cancelled account
    worker = register_worker(api)
    cancelled(api, worker)
    # when it is cancelled again, then nobody is signed in
    answer = api.post("/v1/me/cancellation", worker.token, json={"sms_code": "000000"})
    assert refusal(answer) == (401, "token-invalid", None)
    refused("token-invalid", lambda: worker.client.get("/v1/me/receipts"))


def test_nothing_personal_stands_in_plain_text_before_or_after(
    api: Api, postgres: EmbeddedPostgres, state_dir: Path, provider: RegisteredProvider
) -> None:
    # given people about whom everything there is was recorded
    worker, consumer = complete_worker(api), register_consumer(api)
    people = [worker, consumer, _registered_with_a_name_of_their_own(api)]
    token = provider.key.sign(provider.record(worker.person))
    assert send(api, provider.provider_id, token).status_code == 201
    for page in EXAMPLES:
        saved(api, worker, page)
    viewed(api, consumer, approved(worker, consumer, ["basic", "tax", "insurance", "training"]))
    words = {word for visitor in people for word in _numbers(visitor.person)}
    words |= {AUTHORITY, OWN_NAME, token.split(".")[1]} | WORDS
    # when both databases and their files are searched, before and after they have cancelled
    before = found(postgres, state_dir, words)
    for visitor in people:
        cancelled(api, visitor)
    after = found(postgres, state_dir, words)
    # then no row and no file holds a name, a number or a record
    assert (before, after) == (set(), set())


def test_the_search_for_plain_text_finds_what_is_public(
    api: Api, postgres: EmbeddedPostgres, state_dir: Path
) -> None:
    # given an enterprise, whose name everybody may read
    worker = complete_worker(api)
    settled(api)
    name = api.get(f"/v1/enterprises/{worker.enterprise}").json()["name"]
    # when the same search looks for it, then rows and files both hold it
    assert found(postgres, state_dir, {name}) == {(name, "row"), (name, "file")}


def _registered_with_a_name_of_their_own(api: Api) -> Visitor:
    """The names of other people in these tests are shared."""
    person, client = replace(new_person(), name=PersonName(OWN_NAME)), api.client()
    registered = client.post("/v1/workers", json=form(person, sms_code(api, person)))
    client.sign_in(registered["tokens"])
    return Visitor(UUID(registered["subject_id"]), person, client)


def _numbers(person: Person) -> set[str]:
    return {str(person.id_number), person.phone.national}

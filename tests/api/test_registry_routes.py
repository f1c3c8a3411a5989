"""The registry of providers and kiosks: lists, four eyes, keys that are replaced, withdrawals."""

from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from joserfc.jwk import OKPKey

from jiazheng.demo.terminal import Signer
from tests.controls.api import Api
from tests.controls.certificates import approved, viewed
from tests.controls.kiosks import RegisteredKiosk, own_reading, verified
from tests.controls.problems import Refusal, invalid_fields, refusal
from tests.controls.providers import KID, TAX, ProviderKey, RegisteredProvider, registered_provider
from tests.controls.trails import settled
from tests.controls.visitors import Employed, Visitor, administrator, signed_in
from tests.controls.workers import choosing_worker

SITE: Final = "合肥市政务服务中心"
OWN_PROPOSAL: Final[Refusal] = (403, "second-administrator-needed", None)
NOT_PROPOSED: Final[Refusal] = (409, "grant-not-proposed", None)
PATHS = pytest.mark.parametrize("path", ["/v1/providers", "/v1/kiosks"])


def acted(api: Api, who: str, path: str, body: object = None) -> httpx.Response:
    """The first or the second administrator posts."""
    return api.post(path, administrator(api, who).access_token, json=body)


def registration(path: str) -> dict[str, Any]:
    """The body of a registration."""
    key = ProviderKey().public_jwk()
    if path == "/v1/kiosks":
        return {"site": SITE, "public_key": key}
    return {"name": "合肥市税务局", "record_types": ["tax"], "keys": {KID: key}}


def registered(api: Api, path: str) -> str:
    """The path of what the first administrator registered and the second has not confirmed."""
    return f"{path}/{acted(api, 'first', path, registration(path)).json()['id']}"


def confirmed(api: Api, path: str) -> str:
    """The path of what both have registered."""
    own = registered(api, path)
    assert acted(api, "second", f"{own}/confirmation").status_code == 200
    return own


def with_key(api: Api, own: str, kid: str, key: dict[str, str]) -> None:
    """Add a key with four eyes."""
    assert acted(api, "first", f"{own}/keys", {"kid": kid, "public_key": key}).status_code == 201
    assert acted(api, "second", f"{own}/keys/{kid}/confirmation").status_code == 200


def listed(api: Api, own: str, role: str = "regulator") -> dict[str, Any]:
    """What a list says about one of them."""
    settled(api)
    path, _, signer_id = own.rpartition("/")
    token, cursor = signed_in(api, uuid4(), role).access_token, None
    while True:
        page = api.get(path, token, params={"limit": 100} | ({"cursor": cursor} if cursor else {})).json()
        for item in page["items"]:
            if item["id"] == signer_id:
                found: dict[str, Any] = item
                return found
        cursor = page["next"]
        assert cursor, "it is in the list"


@PATHS
@pytest.mark.parametrize("role", ["administrator", "regulator"])
def test_the_list_shows_who_waits_and_with_which_key(api: Api, path: str, role: str) -> None:
    # given a registration that one administrator made
    body = registration(path)
    own = f"{path}/{acted(api, 'first', path, body).json()['id']}"
    # when the list is read
    item = listed(api, own, role)
    # then it says that it waits, who registered it, and a thumbprint (RFC 7638) to compare the key by
    assert (item["status"], item["registered_by"]) == ("proposed", f"staff:{api.staff['first']}")
    [key] = item["keys"]
    assert key["public_key"] == (body.get("public_key") or body["keys"][KID])
    assert key["thumbprint"] == OKPKey.import_key(key["public_key"]).thumbprint()
    # and after the confirmation it is in force
    acted(api, "second", f"{own}/confirmation")
    assert listed(api, own, role)["status"] == "in_force"


def test_a_list_tells_readers_from_kiosks(api: Api) -> None:
    # given a certified reader beside a kiosk, whose registration needs no kind
    body = registration("/v1/kiosks")
    kiosk, reader = (
        f"/v1/kiosks/{acted(api, 'first', '/v1/kiosks', body | kind).json()['id']}"
        for kind in ({}, {"kind": "certified_reader"})
    )
    # then the list says which is which
    assert [listed(api, own)["kind"] for own in (kiosk, reader)] == ["kiosk", "certified_reader"]


@pytest.mark.parametrize("kind", ["", "reader", "KIOSK", None, 7])
def test_there_is_no_other_kind_of_machine(api: Api, kind: object) -> None:
    answer = acted(api, "first", "/v1/kiosks", registration("/v1/kiosks") | {"kind": kind})
    assert invalid_fields(answer) == {"kind"}


@PATHS
def test_a_list_comes_in_pages(api: Api, path: str) -> None:
    made = {registered(api, path).rpartition("/")[2] for _ in range(3)}
    settled(api)
    token = signed_in(api, uuid4(), "administrator").access_token
    first = api.get(path, token, params={"limit": 1}).json()
    second = api.get(path, token, params={"limit": 100, "cursor": first["next"]}).json()
    assert len(first["items"]) == 1
    ids = [item["id"] for item in (*first["items"], *second["items"])]
    assert ids == sorted(ids)
    assert made <= set(ids) or second["next"]


@PATHS
def test_nobody_confirms_their_own_registration(api: Api, path: str) -> None:
    own = registered(api, path)
    assert refusal(acted(api, "first", f"{own}/confirmation")) == OWN_PROPOSAL
    assert acted(api, "second", f"{own}/confirmation").status_code == 200
    assert refusal(acted(api, "second", f"{own}/confirmation")) == NOT_PROPOSED


@PATHS
def test_a_key_is_added_confirmed_and_retired(api: Api, path: str) -> None:
    # given a key that the first administrator added
    own, key = confirmed(api, path), ProviderKey().public_jwk()
    assert acted(api, "first", f"{own}/keys", {"kid": "2027", "public_key": key}).status_code == 201
    assert refusal(acted(api, "first", f"{own}/keys/2027/confirmation")) == OWN_PROPOSAL
    # when the second confirms it and the first retires it
    assert acted(api, "second", f"{own}/keys/2027/confirmation").status_code == 200
    assert acted(api, "first", f"{own}/keys/2027/retirement").status_code == 200
    # then that is so for good
    assert {one["kid"]: one["status"] for one in listed(api, own)["keys"]}["2027"] == "retired"
    assert refusal(acted(api, "first", f"{own}/keys/2027/retirement")) == (403, "key-retired", "kid")
    assert refusal(acted(api, "second", f"{own}/keys/2027/confirmation")) == NOT_PROPOSED
    for kid, field in (("2027", "kid"), ("2028", "public_key")):
        answer = acted(api, "first", f"{own}/keys", {"kid": kid, "public_key": key})
        assert refusal(answer) == (409, "key-taken", field)


@PATHS
def test_what_is_withdrawn_stays_withdrawn(api: Api, path: str) -> None:
    own = confirmed(api, path)
    assert acted(api, "second", f"{own}/withdrawal").status_code == 200
    assert listed(api, own)["status"] == "withdrawn"
    body = {"kid": "2027", "public_key": ProviderKey().public_jwk()}
    for step, given in (("withdrawal", None), ("keys", body)):
        assert refusal(acted(api, "first", f"{own}/{step}", given)) == (403, "signer-withdrawn", None)
    assert refusal(acted(api, "first", f"{own}/confirmation")) == NOT_PROPOSED


@PATHS
def test_an_id_or_a_key_of_nothing_is_not_found(api: Api, path: str) -> None:
    nobody, own = f"{path}/{uuid4()}", confirmed(api, path)
    for step in ("confirmation", "withdrawal", "keys/1/confirmation", "keys/1/retirement"):
        assert refusal(acted(api, "first", f"{nobody}/{step}")) == (404, "not-found", None)
    for step in ("confirmation", "retirement"):
        assert refusal(acted(api, "second", f"{own}/keys/none/{step}")) == (404, "not-found", "kid")


@PATHS
@pytest.mark.parametrize("kid", ["", "a b", "税务", "x" * 65, 7, None])
def test_the_name_of_a_key_can_stand_in_an_address(api: Api, path: str, kid: object) -> None:
    body = {"kid": kid, "public_key": ProviderKey().public_jwk()}
    assert invalid_fields(acted(api, "first", f"{confirmed(api, path)}/keys", body)) == {"kid"}


def test_before_the_confirmation_nothing_is_taken_over(api: Api, worker: Employed) -> None:
    # given a provider and a kiosk that one administrator registered
    key, signer = ProviderKey(), Signer()
    body = {"name": "税务局", "record_types": ["tax"], "keys": {KID: key.public_jwk()}}
    provider_id = acted(api, "first", "/v1/providers", body).json()["id"]
    provider = RegisteredProvider(provider_id, key, api.url)
    body = {"site": SITE, "public_key": signer.public_jwk()}
    kiosk = RegisteredKiosk(acted(api, "first", "/v1/kiosks", body).json()["id"], signer, api.url)
    at_kiosk = choosing_worker(api)
    # when they send something, then it is refused
    submitted = provider.submit(api, provider.record(worker.person))
    assert refusal(submitted) == (403, "signer-not-confirmed", None)
    read = verified(api, at_kiosk, own_reading(kiosk, at_kiosk))
    assert refusal(read) == (403, "signer-not-confirmed", None)


def test_a_provider_changes_its_key_without_a_gap(
    api: Api, worker: Employed, consumer: Visitor, provider: RegisteredProvider
) -> None:
    # given a second key, in force beside the first
    own, new = f"/v1/providers/{provider.provider_id}", ProviderKey("ES256")
    renewed = RegisteredProvider(provider.provider_id, new, provider.audience)
    with_key(api, own, "2027", new.public_jwk())
    records = [provider.record(worker.person, reference=f"r{n}") for n in range(4)]
    assert provider.submit(api, records[0]).is_success
    assert renewed.submit(api, records[1], "2027").is_success
    # when the first is retired
    acted(api, "first", f"{own}/keys/{KID}/retirement")
    # then what it signs is refused, what it signed stays, and the same payload is known under the new key
    assert refusal(provider.submit(api, records[2])) == (403, "key-retired", "kid")
    before = api.appended()
    assert renewed.submit(api, records[0], "2027").is_success
    assert api.appended() == before
    assert viewed(api, consumer, approved(worker, consumer, ["tax"]))["tax"] == [TAX] * 2


def test_a_withdrawn_provider_submits_nothing_and_its_records_stay(
    api: Api, worker: Employed, consumer: Visitor, provider: RegisteredProvider
) -> None:
    provider.submit(api, provider.record(worker.person))
    acted(api, "first", f"/v1/providers/{provider.provider_id}/withdrawal")
    again = provider.submit(api, provider.record(worker.person, reference="r2"))
    assert refusal(again) == (403, "signer-withdrawn", None)
    assert viewed(api, consumer, approved(worker, consumer, ["tax"]))["tax"] == [TAX]


def test_a_kiosk_changes_its_key(api: Api, kiosk: RegisteredKiosk) -> None:
    # given a kiosk with a second key, and its first one retired
    own, new = f"/v1/kiosks/{kiosk.kiosk_id}", Signer()
    with_key(api, own, "2027", new.public_jwk())
    acted(api, "first", f"{own}/keys/1/retirement")
    worker = choosing_worker(api)
    # when a card is read under each, then only the new one counts
    old = verified(api, worker, own_reading(kiosk, worker))
    assert refusal(old) == (403, "key-retired", "kid")
    renewed = RegisteredKiosk(f"{kiosk.kiosk_id}/2027", new, kiosk.audience)
    assert verified(api, worker, own_reading(renewed, worker)).status_code == 200


def test_a_withdrawn_kiosks_readings_are_refused(api: Api, kiosk: RegisteredKiosk) -> None:
    worker = choosing_worker(api)
    reading = own_reading(kiosk, worker)
    acted(api, "first", f"/v1/kiosks/{kiosk.kiosk_id}/withdrawal")
    assert refusal(verified(api, worker, reading)) == (403, "signer-withdrawn", None)


def test_bank_credit_comes_only_from_whom_two_administrators_let(api: Api, worker: Employed) -> None:
    # given a tax office, for which one administrator proposes another type
    provider = registered_provider(api)
    own = f"/v1/providers/{provider.provider_id}/record-types"
    credit = {"as_of": "2026-06", "overdue_loans": 0}
    record = provider.record(worker.person, type="bank_credit", content=credit)
    wanted = {"record_types": ["tax", "bank_credit"]}
    assert acted(api, "first", own, wanted).status_code == 201
    # then it does not count before the other grants exactly that
    assert refusal(provider.submit(api, record)) == (403, "signer-unknown", "record_type")
    assert refusal(acted(api, "first", f"{own}/confirmation", wanted)) == OWN_PROPOSAL
    less = {"record_types": ["bank_credit"]}
    assert refusal(acted(api, "second", f"{own}/confirmation", less)) == NOT_PROPOSED
    assert acted(api, "second", f"{own}/confirmation", wanted).status_code == 200
    assert provider.submit(api, record).status_code == 201
    item = listed(api, f"/v1/providers/{provider.provider_id}")
    assert (item["record_types"], item["proposed_record_types"]) == (wanted["record_types"], [])


@pytest.mark.parametrize("types", [[], ["salary"], "tax", None])
def test_only_types_that_there_are_can_be_proposed(
    api: Api, provider: RegisteredProvider, types: object
) -> None:
    own = f"/v1/providers/{provider.provider_id}/record-types"
    answer = acted(api, "first", own, {"record_types": types})
    assert {field.partition(".")[0] for field in invalid_fields(answer)} == {"record_types"}

"""One request of each kind that writes, ready to be sent under a key, by people who are ready for it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

from jiazheng.demo.doubles.passkey import SoftwarePasskey
from jiazheng.demo.terminal import Signer
from tests.controls.announcements import editor, published, written
from tests.controls.api import Api
from tests.controls.cards import reading_of, registered_kiosk
from tests.controls.kiosks import kiosk_face
from tests.controls.letters import FIRST_TEXT
from tests.controls.people import listed_enterprise, new_person
from tests.controls.profiles import SERVICES
from tests.controls.providers import registered_provider
from tests.controls.saved_pages import put
from tests.controls.visitors import (
    ENROLLED,
    administrator,
    challenge,
    complete_worker,
    face,
    form,
    granted,
    register_consumer,
    register_worker,
    second_factor_face,
    sms_code,
    staff_client,
)

Post = Callable[[str], httpx.Response]
"""Sends one and the same request under a key."""


def posting(api: Api, path: str, token: str | None = None, **request: Any) -> Post:
    return lambda key: api.post(path, token, key, **request)


def registration(api: Api) -> Post:
    person = new_person()
    return posting(api, "/v1/workers", json=form(person, sms_code(api, person)))


def consumer_registration(api: Api) -> Post:
    person = new_person()
    return posting(api, "/v1/consumers", json=form(person, sms_code(api, person)))


def choice(api: Api) -> Post:
    body = {"enterprise_ids": [str(listed_enterprise(api.parts.ledger, api.clock))]}
    return posting(api, "/v1/me/enterprises", register_worker(api).token, json=body)


def identity_verification(api: Api) -> Post:
    worker = register_worker(api)
    enterprise = str(listed_enterprise(api.parts.ledger, api.clock))
    worker.client.post("/v1/me/enterprises", json={"enterprise_ids": [enterprise]})
    data = {"card_reading": reading_of(api, worker)}
    return posting(
        api,
        "/v1/identity-verifications",
        worker.token,
        **kiosk_face(api, worker.token, "identity", ENROLLED, **data),
    )


def check_in(api: Api) -> Post:
    worker = complete_worker(api)
    return posting(api, "/v1/check-ins", worker.token, **face(api, worker.token, "check_in"))


def last_attempt_of_the_hour(api: Api) -> Post:
    worker = complete_worker(api)
    for _ in range(2):  # the registration took two already, four are used up now
        api.post("/v1/check-ins", worker.token, **face(api, worker.token, "check_in"))
    return posting(api, "/v1/check-ins", worker.token, **face(api, worker.token, "check_in"))


def revocation(api: Api) -> Post:
    return posting(api, "/v1/letter-revocations", complete_worker(api).token)


def letter_signature(api: Api) -> Post:
    worker = complete_worker(api)
    api.post("/v1/letter-revocations", worker.token)
    signed = {"version": FIRST_TEXT.version, "text_sha256": FIRST_TEXT.text_sha256}
    return posting(api, "/v1/letter-signatures", worker.token, json=signed)


def letter_authorization(api: Api) -> Post:
    worker = complete_worker(api)
    api.post("/v1/letter-revocations", worker.token)
    signed = {"version": FIRST_TEXT.version, "text_sha256": FIRST_TEXT.text_sha256}
    api.post("/v1/letter-signatures", worker.token, json=signed)
    return posting(api, "/v1/letter-authorizations", worker.token, **face(api, worker.token, "authorization"))


def prompted(api: Api) -> tuple[str, str, dict[str, Any]]:
    """A worker's and a consumer's token, and the disclosure that the consumer asked for."""
    worker, consumer = complete_worker(api), register_consumer(api)
    code = worker.client.post("/v1/certificate-codes")["code"]
    scanned = {"code": code, "scopes": ["basic", "identity"]}
    return worker.token, consumer.token, consumer.client.post("/v1/disclosures", json=scanned)


def scan(api: Api) -> Post:
    worker, consumer = complete_worker(api), register_consumer(api)
    body = {"code": worker.client.post("/v1/certificate-codes")["code"], "scopes": ["basic"]}
    return posting(api, "/v1/disclosures", consumer.token, json=body)


def approval(api: Api) -> Post:
    worker, _, disclosure = prompted(api)
    path = f"/v1/disclosures/{disclosure['disclosure_id']}/approval"
    answer = {"digits": disclosure["digits"], "scopes": ["basic"]}
    return posting(api, path, worker, **face(api, worker, "disclosure", **answer))


def refusal(api: Api) -> Post:
    worker, _, disclosure = prompted(api)
    return posting(api, f"/v1/disclosures/{disclosure['disclosure_id']}/refusal", worker)


def abandonment(api: Api) -> Post:
    _, consumer, disclosure = prompted(api)
    return posting(api, f"/v1/disclosures/{disclosure['disclosure_id']}/abandonment", consumer)


def look(api: Api) -> Post:
    worker, consumer, disclosure = prompted(api)
    path = f"/v1/disclosures/{disclosure['disclosure_id']}"
    answer = {"digits": disclosure["digits"], "scopes": ["basic"]}
    api.post(f"{path}/approval", worker, **face(api, worker, "disclosure", **answer))
    return posting(api, f"{path}/views", consumer)


def page_save(api: Api) -> Post:
    worker = register_worker(api)
    return lambda key: put(api, worker, "services", SERVICES, key=key)


def employment_end(api: Api) -> Post:
    worker = complete_worker(api)
    return posting(api, f"/v1/me/employments/{worker.enterprise}/end", worker.token)


def confirmation(api: Api) -> Post:
    enterprise, worker = listed_enterprise(api.parts.ledger, api.clock), register_worker(api)
    worker.client.post("/v1/me/enterprises", json={"enterprise_ids": [str(enterprise)]})
    operator = staff_client(api, "operator", enterprise)
    path = f"/v1/enterprise/employments/{worker.subject}/confirmation"
    return posting(api, path, operator.access_token)


def proposal(api: Api) -> Post:
    return posting(api, "/v1/staff", administrator(api, "first").access_token, json={"role": "editor"})


def passkey_enrolment(api: Api) -> Post:
    _, token = granted(api, "editor")
    credential = SoftwarePasskey(api.url, "localhost").create(challenge(api))
    return posting(api, "/v1/staff-passkeys", json={"enrolment_token": token, "credential": credential})


def withdrawal(api: Api) -> Post:
    staff_id, _ = granted(api, "editor")
    path = f"/v1/staff/{staff_id}/withdrawal"
    return posting(api, path, administrator(api, "first").access_token)


def provider(api: Api) -> Post:
    keys = {"2026": Signer().public_jwk()}
    body = {"name": "税务局", "record_types": ["tax"], "keys": keys}
    return posting(api, "/v1/providers", administrator(api, "first").access_token, json=body)


def registry_confirmation(api: Api) -> Post:
    kiosk_id = kiosk(api)(str(uuid4())).json()["id"]
    path = f"/v1/kiosks/{kiosk_id}/confirmation"
    return posting(api, path, administrator(api, "second").access_token)


def registry_withdrawal(api: Api) -> Post:
    path = f"/v1/kiosks/{registered_kiosk(api).kiosk_id}/withdrawal"
    return posting(api, path, administrator(api, "first").access_token)


def key_addition(api: Api) -> Post:
    path = f"/v1/providers/{registered_provider(api).provider_id}/keys"
    body = {"kid": "2027", "public_key": Signer().public_jwk()}
    return posting(api, path, administrator(api, "first").access_token, json=body)


def key_confirmation(api: Api) -> Post:
    provider_id = registered_provider(api).provider_id
    body = {"kid": "2027", "public_key": Signer().public_jwk()}
    administrator(api, "first").post(f"/v1/providers/{provider_id}/keys", json=body)
    path = f"/v1/providers/{provider_id}/keys/2027/confirmation"
    return posting(api, path, administrator(api, "second").access_token)


def key_retirement(api: Api) -> Post:
    path = f"/v1/providers/{registered_provider(api).provider_id}/keys/2026/retirement"
    return posting(api, path, administrator(api, "first").access_token)


def record_types(api: Api) -> Post:
    path = f"/v1/providers/{registered_provider(api).provider_id}/record-types"
    return posting(
        api, path, administrator(api, "first").access_token, json={"record_types": ["tax", "health"]}
    )


def record_types_confirmation(api: Api) -> Post:
    path = f"/v1/providers/{registered_provider(api).provider_id}/record-types"
    body = {"record_types": ["tax", "health"]}
    administrator(api, "first").post(path, json=body)
    return posting(api, f"{path}/confirmation", administrator(api, "second").access_token, json=body)


def correction(api: Api) -> Post:
    worker, tax_office = complete_worker(api), registered_provider(api)
    tax_office.submit(api, tax_office.record(worker.person))
    claims = tax_office.record(worker.person, reference="tax-2", corrects="tax-1")
    body = {"provider_id": tax_office.provider_id, "jws": tax_office.key.sign(claims)}
    return posting(api, "/v1/credit-records", json=body)


def kiosk(api: Api) -> Post:
    body = {"site": "政务服务中心", "public_key": Signer().public_jwk()}
    return posting(api, "/v1/kiosks", administrator(api, "first").access_token, json=body)


def enterprise_entry(api: Api) -> Post:
    path = f"/v1/enterprises/{listed_enterprise(api.parts.ledger, api.clock)}/entries"
    body = {"kind": "award", "authority": "北京市商务局", "document_number": "1号", "reason": "诚信经营"}
    return posting(
        api, path, staff_client(api, "editor").access_token, json=body | {"decided_on": "2026-01-15"}
    )


def enterprise_import(api: Api) -> Post:
    octets = b"uscc,name,brand,province,city,status\n"
    return posting(api, "/v1/enterprise-imports", staff_client(api, "editor").access_token, content=octets)


def invitation(api: Api) -> Post:
    operator = staff_client(api, "operator", listed_enterprise(api.parts.ledger, api.clock))
    return posting(api, "/v1/enterprise/operators", operator.access_token)


def publication(api: Api) -> Post:
    return posting(api, "/v1/announcements", editor(api).access_token, json=written())


def revision(api: Api) -> Post:
    writer = editor(api)
    made = published(writer)
    path = f"/v1/announcements/{made['announcement_id']}/revision"
    headers = {"If-Match": made["etag"]}
    return posting(api, path, writer.access_token, json=written(), headers=headers)


def announcement_withdrawal(api: Api) -> Post:
    writer = editor(api)
    path = f"/v1/announcements/{published(writer)['announcement_id']}/withdrawal"
    return posting(api, path, writer.access_token)


def passcode(api: Api) -> Post:
    consumer = register_consumer(api)
    body = {"passcode": "snow pear 27", "sms_code": sms_code(api, consumer.person)}
    return posting(api, "/v1/me/passcode", consumer.token, data=body)


def phone_change(api: Api) -> Post:
    consumer, new = register_consumer(api), new_person()
    body = {
        "phone": str(new.phone),
        "old_sms_code": sms_code(api, consumer.person),
        "sms_code": sms_code(api, new),
    }
    return posting(api, "/v1/me/phone-changes", consumer.token, json=body)


def second_role(api: Api) -> Post:
    return posting(api, "/v1/me/worker", register_consumer(api).token)


def second_factor(api: Api) -> Post:
    worker = complete_worker(api)
    body = {"phone": str(worker.person.phone), "sms_code": sms_code(api, worker.person), "device": "tablet"}
    asked = api.post("/v1/sessions", json=body).json()
    form = second_factor_face(api, asked["ticket"], device="tablet")
    return posting(api, "/v1/session-second-factors", **form)


REQUESTS = (
    *(enterprise_entry, enterprise_import, invitation),
    *(registration, consumer_registration, choice, identity_verification, letter_signature),
    *(letter_authorization, check_in, last_attempt_of_the_hour, revocation, employment_end),
    *(scan, approval, refusal, abandonment, look),
    *(passcode, phone_change, second_factor, second_role),
    *(confirmation, proposal, passkey_enrolment, withdrawal, kiosk, provider),
    *(registry_confirmation, registry_withdrawal, key_addition, key_confirmation, key_retirement),
    *(record_types, record_types_confirmation, correction),
    page_save,
    *(publication, revision, announcement_withdrawal),
)

"""As `requests`: those of the consent to face checks and of the way without the face."""

from tests.controls import presences, recoveries
from tests.controls.api import Api
from tests.controls.cards import reading_of
from tests.controls.devices import PASSCODE, with_passcode
from tests.controls.people import new_person
from tests.controls.requests import Post, posting
from tests.controls.visitors import (
    ENROLLED,
    complete_worker,
    consent,
    officer,
    register_consumer,
    sms_code,
)


def face_consent(api: Api) -> Post:
    consumer = register_consumer(api)
    return posting(api, "/v1/me/face-consent", consumer.token, json=consent(api))


def face_consent_withdrawal(api: Api) -> Post:
    return posting(api, "/v1/me/face-consent/withdrawal", complete_worker(api).token)


def card_proof(api: Api) -> Post:
    worker = with_passcode(api, complete_worker(api))
    body = {
        "purpose": "check_in",
        "card_reading": reading_of(api, worker),
        "sms_code": sms_code(api, worker.person),
        "passcode": PASSCODE,
    }
    return posting(api, "/v1/presence-proofs", worker.token, json=body)


def officers_question(api: Api) -> Post:
    body = {"purpose": "check_in"}
    return posting(api, "/v1/presence-requests", complete_worker(api).token, json=body)


def officers_answer(api: Api) -> Post:
    worker, member = complete_worker(api), officer(api)
    body = {
        "code": presences.asked(api, worker, "identity")["code"],
        "name": str(worker.person.name),
        "id_number": str(worker.person.id_number),
        "document_kind": "resident_id",
        "document_authority": presences.AUTHORITY,
        "valid_until": None,
    }
    return posting(api, "/v1/officer/presence-confirmations", member.token, json=body)


def identity_by_proof(api: Api) -> Post:
    worker = with_passcode(api, complete_worker(api))
    proof = presences.by_card(api, worker, "identity")
    return posting(api, "/v1/identity-verifications", worker.token, data=proof)


def check_in_by_proof(api: Api) -> Post:
    worker = complete_worker(api)
    return posting(api, "/v1/check-ins", worker.token, data=presences.by_officers(api, worker, "check_in"))


def recovery_request(api: Api) -> Post:
    new = new_person()
    body = {"phone": str(new.phone), "sms_code": sms_code(api, new)}
    return posting(api, "/v1/recovery-requests", json=body)


def recovery_by_officers(api: Api) -> Post:
    worker, new = complete_worker(api), new_person()
    request = recoveries.requested(api, new)
    recoveries.confirmed_by_two(api, request, worker.person)
    return posting(api, "/v1/recoveries", data=recoveries.form_of(request, new))


def recovery_by_face(api: Api) -> Post:
    data = recoveries.card_form(api, complete_worker(api).person, new_person())
    return posting(api, "/v1/recoveries", **recoveries.recovery_face(api, data, ENROLLED))


def first_officer_s_answer(api: Api) -> Post:
    worker, member = complete_worker(api), officer(api)
    code = recoveries.requested(api, new_person())["code"]
    return lambda key: presences.confirm(api, member, code, worker.person, key=key)


PRESENCE_REQUESTS = (
    *(recovery_request, recovery_by_officers, recovery_by_face, first_officer_s_answer),
    *(face_consent, face_consent_withdrawal, card_proof, officers_question, officers_answer),
    *(identity_by_proof, check_in_by_proof),
)

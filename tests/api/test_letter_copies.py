"""The letter (授权书) in its versions, and one's own signed one: read again, confirmed, downloaded as PDF."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import zxingcpp
from PIL import Image
from pypdf import PdfReader

from api.people.letter_pdf import PlacedLetter, Signer, letter_pdf
from domain.letter import SignedLetter
from tests.controls.api import Api
from tests.controls.letter_copies import A_WEEK, authorize, pdf_of, published, sign, text_of
from tests.controls.letters import FIRST_TEXT
from tests.controls.moments import NOON
from tests.controls.problems import refusal
from tests.controls.visitors import complete_worker, face, register_worker
from tests.controls.workers import again, signed_worker


def test_everybody_reads_the_text_of_today_and_any_other_version(api: Api) -> None:
    # given a new text
    with published(api) as letter:
        # then it is the one of today, and the older one can still be read
        today, older = api.get("/v1/letter").json(), api.get(f"/v1/letters/{FIRST_TEXT.version}").json()
    assert (today["version"], today["text"], today["scopes"]) == ("2026-99", letter.text, ["basic", "tax"])
    assert (older["text_sha256"], older["supersedes_at"]) == (FIRST_TEXT.text_sha256, None)
    assert refusal(api.get("/v1/letters/1999-01")) == (404, "letter-unknown", "version")


def test_before_the_face_check_the_worker_confirms_whose_letter_it_is_and_what_it_covers(api: Api) -> None:
    # given a worker who signed
    worker = signed_worker(api)
    # when they look at what they are about to authorize
    mine = worker.client.get("/v1/me/letter")
    # then it says who they are, the ID number masked, and the scopes
    assert (mine["name"], mine["id_number"]) == (str(worker.person.name), worker.person.id_number.masked())
    assert mine["to_authorize"]["scopes"] == list(FIRST_TEXT.scopes)
    assert (mine["status"], mine["authorized_at"], mine["authorized_position"]) == ("signed", None, None)


def test_the_letter_is_read_again_with_the_places_of_its_events(api: Api) -> None:
    # given a worker who signs and authorizes
    worker = signed_worker(api)
    answer = api.post("/v1/letter-authorizations", worker.token, **face(api, worker.token, "authorization"))
    # when they read the letter
    mine = worker.client.get("/v1/me/letter")
    # then it is the signed text, in force, at the place where the authorization lies
    assert (mine["version"], mine["text_sha256"]) == (FIRST_TEXT.version, FIRST_TEXT.text_sha256)
    assert (mine["status"], mine["to_authorize"], mine["valid_until"]) == ("in_force", None, None)
    assert mine["authorized_position"] in answer.headers["ledger-position"].split(",")
    assert mine["signed_position"].split(".")[0] == mine["authorized_position"].split(".")[0]


def test_a_revoked_letter_is_read_as_revoked(api: Api) -> None:
    worker = complete_worker(api)
    worker.client.post("/v1/letter-revocations")
    assert worker.client.get("/v1/me/letter")["status"] == "revoked"


def test_without_a_signature_there_is_no_letter_of_one_s_own(api: Api) -> None:
    worker = register_worker(api)
    for path in ("/v1/me/letter", "/v1/me/letter.pdf"):
        assert refusal(api.get(path, worker.token)) == (409, "letter-not-signed", None)


def test_a_new_text_is_signed_while_the_older_letter_goes_on_and_then_replaces_it(api: Api) -> None:
    # given a complete worker, and a new text that counts in a week
    worker = complete_worker(api)
    with published(api) as letter:
        assert worker.client.get("/v1/me/letter")["valid_until"] is not None
        # when they sign it
        sign(worker, letter)
        mine = worker.client.get("/v1/me/letter")
        # then the older one goes on until the face authorizes the new one
        assert (mine["version"], mine["status"]) == (FIRST_TEXT.version, "in_force")
        assert mine["to_authorize"]["version"] == letter.version
        authorize(worker)
        mine = worker.client.get("/v1/me/letter")
        assert (mine["version"], mine["scopes"]) == (letter.version, list(letter.scopes))


def test_a_letter_of_a_text_that_no_longer_counts_opens_nothing(api: Api) -> None:
    # given a complete worker, and a new text
    worker = complete_worker(api)
    with published(api):
        # when a week has passed
        api.clock.advance(A_WEEK)
        later = again(api, worker)
        # then certificate and check-in say that it has to be signed anew
        answers = [
            api.post("/v1/certificate-codes", later.token),
            api.post("/v1/check-ins", later.token, **face(api, later.token, "check_in")),
        ]
        assert {refusal(one) for one in answers} == {(403, "letter-outdated", None)}
        assert later.client.get("/v1/me/letter")["status"] == "outdated"


def test_the_pdf_holds_text_person_hash_positions_and_local_times(api: Api) -> None:
    # given a complete worker
    worker = complete_worker(api)
    mine = worker.client.get("/v1/me/letter")
    # when they download the letter
    text = text_of(pdf_of(api, worker))
    # then all of it is there, and the ID number is masked
    flat = text.replace("\n", "")
    assert FIRST_TEXT.text.replace("\n", "").replace(" ", "") in flat
    for part in (str(worker.person.name), worker.person.id_number.masked(), FIRST_TEXT.text_sha256):
        assert part.replace(" ", "") in flat
    assert f"签署记录位置:{mine['signed_position']}" in text
    assert f"授权记录位置:{mine['authorized_position']}" in text
    assert f"{api.clock() + timedelta(hours=8):%Y-%m-%d%H:%M:%S}(Asia/Shanghai)" in text
    assert str(worker.person.id_number) not in flat


def test_the_qr_code_of_the_pdf_says_where_to_find_the_events_and_nothing_of_the_person(api: Api) -> None:
    # given the picture in a worker's PDF
    worker = complete_worker(api)
    (picture,) = PdfReader(io.BytesIO(pdf_of(api, worker))).pages[0].images
    # when it is scanned
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.data)))
    # then it names version, hash and positions
    mine = worker.client.get("/v1/me/letter")
    assert code.text.splitlines() == [
        "jiazheng-letter",
        f"version={FIRST_TEXT.version}",
        f"text_sha256={FIRST_TEXT.text_sha256}",
        f"signed={mine['signed_position']}",
        f"authorized={mine['authorized_position']}",
    ]


def test_the_pdf_is_the_same_to_the_byte_until_something_happens(api: Api) -> None:
    worker = complete_worker(api)
    first = pdf_of(api, worker)
    api.clock.advance(timedelta(minutes=1))
    assert pdf_of(api, worker) == first
    worker.client.post("/v1/letter-revocations")
    assert "撤回时间" in text_of(pdf_of(api, worker))


def test_letters_made_at_once_are_the_same_as_one_after_the_other() -> None:
    # given letters of several people, among them one whose name the font does not have
    names = ("王芳", "欧阳娜娜", "阿依古丽·买买提", "\U0002a6a5", "李秀英") * 4
    alone = [_letter_of(name) for name in names]
    # when threads make them at the same time
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(_letter_of, names))
    # then each is the same to the byte
    assert together == alone


def _letter_of(name: str) -> bytes:
    signed = SignedLetter(1, FIRST_TEXT.version, FIRST_TEXT.text_sha256, FIRST_TEXT.scopes, NOON, 3)
    return letter_pdf(FIRST_TEXT, PlacedLetter(signed, "3.1002", None), Signer(name, "110***********002X"))

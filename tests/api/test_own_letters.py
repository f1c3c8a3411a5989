"""Every letter (授权书) that a worker ever signed: listed, and downloaded as PDF, however it ended."""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.letter import Letter
from ledger.use_cases.verification import verify_identity
from tests.controls.api import Api
from tests.controls.letter_copies import authorize, pdf_of, published, sign, text_of
from tests.controls.letters import FIRST_TEXT
from tests.controls.people import ACCEPTED, cause
from tests.controls.problems import refusal
from tests.controls.visitors import ENROLLED, Employed, Visitor, borrowing, real_template, register_worker
from tests.controls.workers import signed_worker

A_MINUTE = timedelta(minutes=1)
FIRST_PDF = "/v1/me/letters/1.pdf"


def replace_letter(api: Api, worker: Visitor, letter: Letter) -> datetime:
    """Sign a new text and authorize it a minute later; when that was."""
    sign(worker, letter)
    api.clock.advance(A_MINUTE)
    authorize(worker)
    return api.clock()


def local(at: datetime) -> str:
    return f"{at + timedelta(hours=8):%Y-%m-%d%H:%M:%S}(Asia/Shanghai)"


def test_every_letter_is_listed_the_latest_first_with_how_it_ended(api: Api, worker: Employed) -> None:
    # given a letter that was replaced, one that was revoked, and one that waits
    with published(api) as letter:
        replaced_at = replace_letter(api, worker, letter)
        api.clock.advance(A_MINUTE)
        worker.client.post("/v1/letter-revocations")
        revoked_at = api.clock()
        sign(worker, letter)
        # when they are listed
        page = worker.client.get("/v1/me/letters")
    # then each says what became of it, and when
    listed = [(one["number"], one["version"], one["status"]) for one in page["items"]]
    new, old = letter.version, FIRST_TEXT.version
    assert listed == [(3, new, "signed"), (2, new, "revoked"), (1, old, "replaced")]
    ends = [one["ended_at"] and datetime.fromisoformat(one["ended_at"]) for one in page["items"]]
    assert ends == [None, revoked_at, replaced_at]
    assert page["next"] is None


def test_the_list_and_the_letter_in_force_say_the_same_of_it(api: Api, worker: Employed) -> None:
    with published(api) as letter:
        sign(worker, letter)
        waiting, in_force = worker.client.get("/v1/me/letters")["items"]
        mine = worker.client.get("/v1/me/letter")
    assert mine["to_authorize"] == waiting
    assert mine.items() >= in_force.items()


def test_of_two_signatures_the_first_one_no_longer_waits(api: Api) -> None:
    worker = signed_worker(api)
    sign(worker, FIRST_TEXT)
    statuses = [one["status"] for one in worker.client.get("/v1/me/letters")["items"]]
    assert statuses == ["signed", "replaced"]


def test_who_signed_nothing_has_an_empty_list(api: Api) -> None:
    assert register_worker(api).client.get("/v1/me/letters") == {"items": [], "next": None}


def test_the_pdf_of_a_replaced_letter_has_its_own_text_and_says_since_when(
    api: Api, worker: Employed
) -> None:
    # given a letter that was replaced
    with published(api) as letter:
        replaced_at = replace_letter(api, worker, letter)
        # when it is downloaded
        text = text_of(pdf_of(api, worker, FIRST_PDF))
    # then it is the older text, and tells its end
    assert FIRST_TEXT.text.replace("\n", "").replace(" ", "") in text.replace("\n", "")
    assert f"被新授权书取代时间:{local(replaced_at)}" in text
    assert "撤回时间" not in text


def test_the_pdf_of_a_letter_that_ended_stays_the_same_to_the_byte(api: Api, worker: Employed) -> None:
    # given the PDF of a revoked letter
    worker.client.post("/v1/letter-revocations")
    pdf = pdf_of(api, worker, FIRST_PDF)
    assert "撤回时间" in text_of(pdf)
    # when the worker signs and authorizes anew, and a card has another name
    sign(worker, FIRST_TEXT)
    authorize(worker)
    api.clock.advance(A_MINUTE)
    card = replace(worker.person.card(), name="王敏")
    evidence = (card, ACCEPTED, real_template(ENROLLED))
    own = cause(api.clock, f"person:{worker.subject}")
    verify_identity(api.parts.ledger, own, worker.subject, *evidence)
    assert worker.client.get("/v1/me/letter")["name"] == "王敏"
    # then it is the same, with the name under which it was signed
    assert pdf_of(api, worker, FIRST_PDF) == pdf


def test_the_letter_in_force_is_the_same_file_at_both_addresses(api: Api, worker: Employed) -> None:
    assert pdf_of(api, worker, FIRST_PDF) == pdf_of(api, worker)


def test_the_file_is_named_by_the_number(api: Api, worker: Employed) -> None:
    answer = api.get(FIRST_PDF, worker.token)
    assert answer.headers["content-disposition"] == 'attachment; filename="letter-1.pdf"'


def test_a_number_counts_one_s_own_letters_only(api: Api, worker: Employed) -> None:
    # given somebody else who signed twice
    other = signed_worker(api)
    sign(other, FIRST_TEXT)
    # then the worker who signed once has no second letter
    assert refusal(api.get("/v1/me/letters/2.pdf", worker.token)) == (404, "not-found", None)
    assert pdf_of(api, worker, FIRST_PDF) != pdf_of(api, other, FIRST_PDF)


def test_a_borrowed_phone_shows_no_letters_of_the_past(api: Api, worker: Employed) -> None:
    token = borrowing(api, worker.subject).access_token
    for path in ("/v1/me/letters", FIRST_PDF):
        assert refusal(api.get(path, token)) == (403, "not-allowed", None)

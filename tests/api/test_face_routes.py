"""Every face step: who passes, what a picture must be, how often somebody may try."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Final

import httpx
import pytest
from PIL import Image, ImageFilter

from api.http.bodies import MAX_FORM_BYTES
from api.verification.face_form import MIN_FRAMES
from jiazheng.demo import pictures
from jiazheng.demo.camera import shown, uploaded
from jiazheng.demo.client import refused
from ledger.vault.face_templates import store_template
from tests.controls.api import Api
from tests.controls.kiosks import kiosk_face, own_reading, portrait_claim, registered_kiosk
from tests.controls.problems import invalid_fields, refusal
from tests.controls.trails import fields_of
from tests.controls.visitors import (
    ENROLLED,
    OTHER_FACE,
    SAME_FACE,
    Employed,
    Visitor,
    complete_worker,
    face,
    real_template,
)
from tests.controls.workers import choosing_worker

OTHER_PORTRAIT, UNCERTAIN_FACE = "obama.jpg", "obama3.jpg"
"""0.417 from each other: neither the same person nor somebody else."""


def _encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    octets = BytesIO()
    image.save(octets, kind)
    return octets.getvalue()


def _picture(name: str, at_most: int = 10_000) -> Image.Image:
    image = Image.open(pictures.path(name)).convert("RGB")
    image.thumbnail((at_most, at_most))
    return image


def _small() -> bytes:
    canvas = Image.new("RGB", (640, 640), "grey")
    canvas.paste(_picture("astronaut.png").resize((270, 270)), (180, 180))
    return _encoded(canvas)


BAD_PHOTOS: Final[dict[str, Callable[[], bytes]]] = {
    "photo-no-face": lambda: _encoded(Image.new("RGB", (640, 480), "grey")),
    "photo-several-faces": lambda: pictures.path("sample1.jpg").read_bytes(),
    "photo-face-too-small": _small,
    "photo-not-frontal": lambda: _encoded(_picture("sample5.jpg").crop((500, 330, 880, 750))),
    "photo-too-blurred": lambda: _encoded(_picture("obama.jpg", 640).filter(ImageFilter.GaussianBlur(5))),
    "photo-too-many-bytes": lambda: b"\xff\xd8\xff".ljust(5 * 1024 * 1024 + 1, b"\0"),
    "photo-too-many-pixels": lambda: _encoded(Image.new("1", (5001, 5000))),
    "photo-unsupported-format": lambda: _encoded(Image.new("1", (64, 64)), "GIF"),
    "photo-not-an-image": lambda: b"\xff\xd8\xff and nothing more",
}


def checked_in(api: Api, worker: Visitor, picture: bytes) -> httpx.Response:
    """Check in with the bytes of a picture, as often as a form takes it."""
    is_large = len(picture) * MIN_FRAMES > MAX_FORM_BYTES
    frames = [picture, *[b""] * (MIN_FRAMES - 1)] if is_large else [picture] * MIN_FRAMES
    form = face(api, worker.token, "check_in") | {"files": uploaded(frames)}
    return api.post("/v1/check-ins", worker.token, **form)


@pytest.fixture(scope="module")
def employed(server: Api) -> Employed:
    """One worker whose pictures never get as far as a comparison."""
    return complete_worker(server)


@pytest.mark.parametrize("code", BAD_PHOTOS)
def test_a_bad_picture_is_told_by_its_own_code(server: Api, employed: Employed, code: str) -> None:
    answer = checked_in(server, employed, BAD_PHOTOS[code]())
    assert refusal(answer) == (422, code, "frames")


@pytest.mark.parametrize("octets", [b"", b"hello", b"%PDF-1.7"])
def test_what_is_no_picture_is_refused(server: Api, employed: Employed, octets: bytes) -> None:
    assert refusal(checked_in(server, employed, octets)) == (422, "photo-not-an-image", "frames")


def test_a_picture_is_needed(server: Api, employed: Employed) -> None:
    answer = server.post("/v1/check-ins", employed.token, files={"other": ("a", b"b", "image/png")})
    assert invalid_fields(answer) == {"frames"}


def test_a_request_is_refused_before_it_is_read_to_the_end(server: Api, employed: Employed) -> None:
    answer = checked_in(server, employed, bytes(6 * 1024 * 1024))
    assert refusal(answer) == (413, "body-too-large", None)


def test_bad_pictures_use_up_no_attempt(api: Api) -> None:
    # given a worker who sent six pictures without a face
    worker = complete_worker(api)
    for _ in range(6):
        checked_in(api, worker, BAD_PHOTOS["photo-no-face"]())
    # when the seventh shows the face, then it counts
    worker.client.post("/v1/check-ins", **shown(worker.client, "check_in", SAME_FACE))


def test_a_wrong_face_is_recorded_with_its_score(api: Api) -> None:
    # given a complete worker
    worker = complete_worker(api)
    # when somebody else checks in
    answer = api.post("/v1/check-ins", worker.token, **face(api, worker.token, "check_in", OTHER_FACE))
    # then the attempt is on record
    assert refusal(answer) == (403, "face-not-matched", "frames")
    attempt = fields_of(api, worker, "jz.face_checks.attempted")[-1]
    assert (attempt["purpose"], attempt["verdict"], attempt["assurance"]) == ("check_in", "rejected", "web")
    assert attempt["score"] > attempt["threshold"]


@pytest.mark.parametrize(
    ("picture", "code", "verdict"),
    [
        (UNCERTAIN_FACE, "face-uncertain", "uncertain"),
        (OTHER_FACE, "face-not-matched", "rejected"),
    ],
)
def test_a_face_that_is_not_surely_the_cards_is_refused_and_recorded(
    api: Api, picture: str, code: str, verdict: str
) -> None:
    # given a worker at a kiosk
    worker, kiosk = choosing_worker(api), registered_kiosk(api)
    reading = {"card_reading": own_reading(kiosk, worker, photo=portrait_claim(OTHER_PORTRAIT))}
    # when the face in front of it is another one
    answer = api.post(
        "/v1/identity-verifications",
        worker.token,
        **kiosk_face(api, worker.token, "identity", picture, **reading),
    )
    # then the identity stays open, and the attempt is on record
    assert refusal(answer) == (403, code, "frames")
    assert worker.client.get("/v1/me")["identity_assurance"] is None
    (attempt,) = fields_of(api, worker, "jz.face_checks.attempted")
    assert (attempt["purpose"], attempt["verdict"]) == ("identity", verdict)


def test_a_template_of_another_model_is_as_good_as_none(api: Api) -> None:
    # given a worker whose template an earlier model made
    worker = complete_worker(api)
    earlier = replace(real_template(ENROLLED), model="0" * 64)
    store_template(api.parts.ledger, worker.subject, earlier)
    # when they check in
    answer = api.post("/v1/check-ins", worker.token, **face(api, worker.token, "check_in"))
    # then they are told to verify with the card
    assert refusal(answer) == (409, "face-template-missing", None)


def test_there_are_five_attempts_an_hour(api: Api) -> None:
    # given a worker who registered an hour ago, and five wrong faces since
    worker = complete_worker(api)
    api.clock.advance(timedelta(hours=1))
    for _ in range(5):
        refused(
            "face-not-matched",
            lambda: worker.client.post("/v1/check-ins", **shown(worker.client, "check_in", OTHER_FACE)),
        )
    # when the right face comes sixth, and once more an hour later
    sixth = api.post("/v1/check-ins", worker.token, **face(api, worker.token, "check_in"))
    api.clock.advance(timedelta(hours=1))
    later = worker.client.post("/v1/check-ins", **shown(worker.client, "check_in", SAME_FACE))
    # then it is refused unseen, then accepted
    assert refusal(sixth) == (429, "face-too-many-attempts", None)
    assert later == {"done": True}

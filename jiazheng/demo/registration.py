"""Chapters 2 to 5: a worker's registration up to the authorized letter."""

from datetime import timedelta
from functools import partial
from typing import Any

from devices.card_decoders.remote_sam import RemoteSamDecoder
from domain.streams import local_day
from jiazheng.demo import pictures
from jiazheng.demo.camera import shown, uploaded, vouched
from jiazheng.demo.cast import CHOSEN, CONSUMER, STRANGER, WORKER
from jiazheng.demo.client import Client, expect, refused, until
from jiazheng.demo.doubles.id_card import CardField, IdCard
from jiazheng.demo.doubles.living_face import living_face
from jiazheng.demo.doubles.sam_service import SamService
from jiazheng.demo.portraits import card_portrait
from jiazheng.demo.terminal import Terminal
from jiazheng.demo.world import World

PORTRAIT, SELFIE, WRONG_FACE = "obama3.jpg", "obama.jpg", "biden.jpg"
"""The card's portrait, another photograph of the same person, and another person."""


def play_registration(world: World) -> None:
    """Play the chapters."""
    tell = world.narrator
    tell.chapter("2  A worker registers · 家政服务员注册")
    tell.step("A wrong SMS code tells nothing about the phone", lambda: wrong_code(world))
    tell.step("The worker registers with name, ID number, phone, SMS code", lambda: register(world))
    tell.step("Her phone may be woken by its platform from now on", lambda: register_push(world))
    tell.step("The same phone again", lambda: same_phone(world))
    tell.step("The same ID number with another phone", lambda: same_id_number(world))
    tell.chapter("3  Enterprises · 选择所属家政企业")
    tell.step("The worker searches and chooses two", lambda: choose(world))
    tell.step("The operator of one confirms", lambda: confirm(world))
    tell.chapter("4  Identity verification · 人证合一验证")
    verify(world)
    tell.chapter("5  The authorization letter · 签署授权书")
    tell.step("The worker signs the letter, by the hash of its text", lambda: sign(world))
    tell.step("A second face check authorizes it; registration is complete", lambda: authorize(world))
    tell.step("The worker reads it again and downloads it as PDF", lambda: read_letter(world))


def wrong_code(world: World) -> str:
    """Before the SMS code is right, every phone gets the same answer."""
    world.sms_code(WORKER)
    problem = refused(
        "sms-code-wrong", lambda: world.visitor.post("/v1/workers", json=WORKER.form("000000", "phone"))
    )
    return str(problem["title"])


def register(world: World) -> str:
    """Register the worker."""
    form = WORKER.form(world.sms_code(WORKER), "Wang's phone")
    registered = world.visitor.post("/v1/workers", json=form)
    world.worker.sign_in(registered["tokens"])
    world.facts["worker_id"] = registered["subject_id"]
    return f"subject {registered['subject_id']}"


def register_push(world: World) -> str:
    """The demo has no gateway to a platform: the token is kept, and nothing is sent."""
    world.worker.post("/v1/push-targets", json={"platform": "huawei", "token": "0123456789abcdef"})
    return "its push token is kept"


def same_phone(world: World) -> str:
    """A phone belongs to one account; before the code is right nobody learns that."""
    form = STRANGER.form("000000", "phone") | {"phone": WORKER.phone}
    refused("sms-code-wrong", lambda: world.visitor.post("/v1/workers", json=form))
    form["sms_code"] = world.sms_code(WORKER)
    return str(refused("phone-taken", lambda: world.visitor.post("/v1/workers", json=form))["title"])


def same_id_number(world: World) -> str:
    """An ID number belongs to one account."""
    form = STRANGER.form(world.sms_code(STRANGER), "phone") | {"id_number": WORKER.id_number}
    return str(refused("id-number-taken", lambda: world.visitor.post("/v1/workers", json=form))["title"])


def choose(world: World) -> str:
    """Find one enterprise by two Chinese characters, another by pinyin initials."""
    found = [until(partial(_search, world, text), f"{text} is found") for text in CHOSEN]
    chosen = [items[0]["enterprise_id"] for items in found]
    world.worker.post("/v1/me/enterprises", json={"enterprise_ids": chosen})
    world.facts["enterprise_id"], world.facts["other_enterprise_id"] = chosen
    return ", ".join(f"“{text}” finds {items[0]['name']}" for text, items in zip(CHOSEN, found, strict=True))


def _search(world: World, text: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = world.visitor.get("/v1/enterprises", params={"text": text})["items"]
    return items


def confirm(world: World) -> str:
    """The operator sees who waits, under a masked name, and confirms."""
    world.grant("operator", "operator", enterprise_id=world.facts["enterprise_id"])
    operator = world.staff["operator"]
    waiting = until(lambda: operator.get("/v1/enterprise/employments")["items"], "somebody waits")
    expect([row["status"] for row in waiting] == ["chosen"], "one worker waits")
    operator.post(f"/v1/enterprise/employments/{waiting[0]['worker_id']}/confirmation")
    return f"{waiting[0]['worker_name']} is confirmed"


def verify(world: World) -> None:
    """Read the card with nfcpy; a wrong face is refused and recorded, the right one passes."""
    card = IdCard(WORKER.card(local_day(world.clock())), card_portrait(pictures.path(PORTRAIT).read_bytes()))
    with CardField(card) as field, SamService() as service:
        terminal = Terminal(field.path, RemoteSamDecoder(*service.address), world.kiosk)
        tell = world.narrator
        tell.step("Two administrators register a kiosk", lambda: register_kiosk(world, terminal))
        tell.step(
            "Without the worker's separate consent no face is looked at",
            lambda: verify_face(world, terminal, SELFIE, "face-consent-missing"),
        )
        tell.step("The worker consents to face checks, apart from all else", lambda: consent(world.worker))
        tell.step(
            "The kiosk reads the card (by nfcpy) and decodes it; then somebody else's face",
            lambda: verify_face(world, terminal, WRONG_FACE, "face-not-matched"),
        )
        tell.step(
            "The same card, and a photograph of the worker held before the kiosk's camera",
            lambda: verify_face(world, terminal, SELFIE, "face-not-live", is_still=True),
        )
        tell.step(
            "The worker herself, who blinks and turns her head in the order that is asked for",
            lambda: verify_face(world, terminal, SELFIE, None),
        )


def register_kiosk(world: World, terminal: Terminal) -> None:
    """Two administrators register the terminal."""
    body = {"site": "合肥市蜀山区政务服务中心", "public_key": terminal.signer.public_jwk()}
    world.facts["kiosk_id"] = world.register_signer("/v1/kiosks", body)


def consent(worker: Client) -> str:
    """Consent to the text that was shown; it can be withdrawn, and every step has another way."""
    text = worker.get("/v1/face-consent-text")
    given = {"version": text["version"], "text_sha256": text["text_sha256"]}
    worker.post("/v1/me/face-consent", json=given)
    return f"version {text['version']}, SHA-256 {text['text_sha256'][:16]}…"


def verify_face(
    world: World, terminal: Terminal, picture: str, refusal: str | None, *, is_still: bool = False
) -> str:
    """Read the card, and show the kiosk's camera a face, or only a picture of it that keeps still."""
    challenge = world.worker.post("/v1/identity-challenges")["challenge"]
    reading = terminal.read_card(world.facts["kiosk_id"], world.url, challenge)

    def post() -> object:
        form = shown(world.worker, "identity", picture, card_reading=reading)
        if is_still:
            form["files"] = uploaded(living_face(pictures.path(picture).read_bytes()).still(12))
        signed = vouched(form, partial(terminal.signer.sign_capture, world.facts["kiosk_id"], world.url))
        return world.worker.post("/v1/identity-verifications", **signed)

    if refusal:
        return str(refused(refusal, post)["title"])
    post()
    expect(world.worker.get("/v1/me")["identity_assurance"] == "kiosk", "the identity is verified")
    return "verified by the kiosk"


def sign(world: World) -> str:
    """Sign the text that was shown."""
    letter = world.worker.get("/v1/letter")
    world.facts["before_letter"] = world.clock()
    world.advance(timedelta(hours=1))
    signed = {"version": letter["version"], "text_sha256": letter["text_sha256"]}
    world.worker.post("/v1/letter-signatures", json=signed)
    return f"version {letter['version']}, SHA-256 {letter['text_sha256'][:16]}…"


def authorize(world: World) -> str:
    """The second face check, with another photograph."""
    world.worker.post("/v1/letter-authorizations", **shown(world.worker, "authorization", "obama2.jpg"))
    me = world.worker.get("/v1/me")
    expect(me["registration_complete"], "the registration is complete")
    world.facts["authorized"] = world.advance(timedelta(minutes=1))
    return f"{len(me['letter_scopes'])} scopes, each a kind of data"


def read_letter(world: World) -> str:
    """What she signed, with her name, the masked ID number and the positions of its events in the log."""
    letter, pdf = world.worker.get("/v1/me/letter"), world.worker.get("/v1/me/letter.pdf")
    expect(pdf.startswith(b"%PDF"), "it is a PDF")
    return f"{letter['status']}, {letter['id_number']}, {len(pdf) // 1024} KiB"


def register_consumer(world: World) -> str:
    """Register the consumer of the next chapter."""
    form = CONSUMER.form(world.sms_code(CONSUMER), "Li's phone")
    registered = world.visitor.post("/v1/consumers", json=form)
    world.consumer.sign_in(registered["tokens"])
    world.facts["consumer_id"] = registered["subject_id"]
    return f"subject {registered['subject_id']}"

"""Chapter 7: a consumer becomes a worker, and verifies and signs on somebody else's phone."""

from jiazheng.demo import pictures
from jiazheng.demo.camera import shown
from jiazheng.demo.cast import NEWCOMER
from jiazheng.demo.client import expect, refused
from jiazheng.demo.registration import consent
from jiazheng.demo.world import World

FACE = "astronaut.png"


def play_borrowed_phone(world: World) -> None:
    """Play the chapter."""
    world.facts["own"], world.facts["borrowed"] = world.device(), world.device()
    tell = world.narrator
    tell.chapter("7  A borrowed phone · 借用他人手机")
    tell.step("Another consumer goes on as a worker with the same account", lambda: become_worker(world))
    tell.step("Her phone has no camera: it shows a code, a borrowed one uses it", lambda: hand_over(world))
    tell.step(
        "There she consents; the phone reads her card, and the API decodes it", lambda: read_there(world)
    )
    tell.step(
        "Pictures for which nothing vouches do not verify her; those of the attested app do",
        lambda: verify_there(world),
    )
    tell.step("There she signs and authorizes the letter; her own phone hears it", lambda: sign_there(world))


def become_worker(world: World) -> str:
    """The tokens stay as they are."""
    own = world.facts["own"]
    form = NEWCOMER.form(world.sms_code(NEWCOMER), "Sun's old phone")
    own.sign_in(world.visitor.post("/v1/consumers", json=form)["tokens"])
    refused("not-allowed", lambda: own.get("/v1/me/profile"))
    own.post("/v1/me/worker")
    own.post("/v1/me/enterprises", json={"enterprise_ids": [world.facts["other_enterprise_id"]]})
    return f"{own.get('/v1/me')['role']}, and an enterprise is chosen"


def hand_over(world: World) -> str:
    """The code works once; the session it opens reaches verification and letter, nothing else."""
    handover = world.facts["own"].post("/v1/handovers")
    code, borrowed = {"code": handover["code"]}, world.facts["borrowed"]
    borrowed.sign_in(world.visitor.post("/v1/handover-sessions", json=code))
    again = refused("handover-code-wrong", lambda: world.visitor.post("/v1/handover-sessions", json=code))
    elsewhere = refused("not-allowed", lambda: borrowed.get("/v1/me"))
    return f"a second time: {again['title']}; her account there: {elsewhere['title']}"


def read_there(world: World) -> str:
    """The phone passes on what card and decoder say to each other, and gets a text that it cannot read."""
    borrowed = world.facts["borrowed"]
    consent(borrowed)
    reading = world.phone.read_card(borrowed, NEWCOMER, pictures.path(FACE).read_bytes())
    world.facts["reading"] = reading
    return f"a sealed reading, {reading[:24]}…"


def verify_there(world: World) -> str:
    """The phone's hardware makes a key for these frames, and its maker vouches for the key and the app."""
    borrowed, path = world.facts["borrowed"], "/v1/identity-verifications"
    form = shown(borrowed, "identity", FACE, card_reading=world.facts["reading"])
    problem = refused("assurance-too-low", lambda: borrowed.post(path, **form))
    borrowed.post(path, **world.phone.vouch(world.url, form))
    return f"{problem['title']}; with them: {world.facts['own'].get('/v1/me')['identity_assurance']}"


def sign_there(world: World) -> str:
    """The session ends with the authorization."""
    own, borrowed = world.facts["own"], world.facts["borrowed"]
    letter = world.visitor.get("/v1/letter")
    with own.listening() as wait_for:
        signed = {"version": letter["version"], "text_sha256": letter["text_sha256"]}
        borrowed.post("/v1/letter-signatures", json=signed)
        borrowed.post("/v1/letter-authorizations", **shown(borrowed, "authorization", FACE))
        wait_for("handover.completed")
    expect(own.get("/v1/me")["registration_complete"], "the registration is complete")
    over = refused("token-invalid", lambda: borrowed.get("/v1/me/letter"))
    return f"handover.completed; the borrowed phone: {over['title']}"

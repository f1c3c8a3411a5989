"""Chapter 6: what the worker tells about herself, and how and where she signs in."""

from jiazheng.demo.camera import shown
from jiazheng.demo.cast import MOVED, PAGES, PASSCODE, WORKER
from jiazheng.demo.client import expect, refused, until
from jiazheng.demo.world import World

TABLET = "Wang's tablet"


def play_personal_centre(world: World) -> None:
    """Play the chapter."""
    tell = world.narrator
    tell.chapter("6  The personal centre · 个人中心")
    tell.step("The worker fills in the five pages of her profile", lambda: fill_in(world))
    tell.step("Another device saves a page from the version before", lambda: save_stale(world))
    tell.step("She sets a passcode", lambda: set_passcode(world))
    tell.step("On a new device the SMS code alone is not enough", lambda: new_device(world))
    tell.step("She sees where she is signed in, and ends one session", lambda: end_session(world))
    tell.step("She changes her phone number; the old one is told by SMS", lambda: change_phone(world))


def fill_in(world: World) -> str:
    """Each page is saved alone; how complete they are together is told with them."""
    before = world.worker.get("/v1/me/profile")["percent"]
    for page, content in PAGES.items():
        world.worker.put(f"/v1/me/profile/{page}", None, content)
    profile = world.worker.get("/v1/me/profile")
    expect(profile["percent"] == 100, "every page is complete")
    tells = profile["from_id_number"]
    return f"{before} % → 100 %; the ID number tells {tells['sex']}, born {tells['birth_date']}"


def save_stale(world: World) -> str:
    """Who saw version 1 cannot overwrite version 2."""
    path, first = "/v1/me/profile/services", world.worker.get("/v1/me/profile/services")
    second = world.worker.put(path, first["etag"], first["content"] | {"languages": ["cmn", "yue"]})
    late = first["content"] | {"years_of_experience": 8}
    problem = refused("version-stale", lambda: world.worker.put(path, first["etag"], late))
    return f"{first['etag']} → {second['etag']}; from {first['etag']} again: {problem['title']}"


def set_passcode(world: World) -> str:
    """A fresh SMS code shows who sets it, and her face, since she has one on record."""
    given = {"passcode": PASSCODE, "sms_code": world.sms_code(WORKER)}
    world.worker.post("/v1/me/passcode", **shown(world.worker, "passcode_change", "obama.jpg", **given))
    return "of 6 to 32 characters; nobody can read it, the platform included"


def new_device(world: World) -> str:
    """A device not seen before needs a second factor."""
    tablet = world.facts["tablet"] = world.device()
    sent = {"phone": WORKER.phone, "sms_code": world.sms_code(WORKER), "device": TABLET}
    problem = refused("second-factor-needed", lambda: tablet.post("/v1/sessions", json=sent))
    factors = ", ".join(problem["factors"])
    proof = {"ticket": problem["ticket"], "device": TABLET, "passcode": PASSCODE}
    tablet.sign_in(tablet.post("/v1/session-second-factors", data=proof))
    return f"one of {factors} is asked for; the passcode is right"


def end_session(world: World) -> str:
    """Its tokens are void at once."""
    sessions = world.worker.get("/v1/me/sessions")["items"]
    ended = next(session for session in sessions if session["device"] == TABLET)
    world.worker.post(f"/v1/me/sessions/{ended['session_id']}/revocation")
    refused("token-invalid", lambda: world.facts["tablet"].get("/v1/me"))
    return f"{', '.join(session['device'] for session in sessions)}; the first is ended at once"


def change_phone(world: World) -> str:
    """A code to the old phone and one to the new one."""
    codes = {"old_sms_code": world.sms_code(WORKER), "sms_code": world.sms_code(MOVED)}
    world.worker.post("/v1/me/phone-changes", json={"phone": MOVED.phone} | codes)
    return str(until(lambda: "更换手机号" in world.last_sms(WORKER) and world.last_sms(WORKER), "the SMS"))

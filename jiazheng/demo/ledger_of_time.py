"""Chapters 9 to 11: check-ins and the clock, the regulator's replay, the cancellation."""

from datetime import datetime, timedelta
from typing import Any

from jiazheng.demo.camera import shown
from jiazheng.demo.cast import CONSUMER, MOVED, OFFICER, PASSCODE, REGAINED, SECOND_OFFICER, WORKER
from jiazheng.demo.certificate import SCOPES
from jiazheng.demo.client import expect, refused, until
from jiazheng.demo.world import World

TRAIL_KINDS = ("jz.account.registered", "jz.face_checks.attempted", "jz.worker.letter_authorized")
EVERY_LOOK_IS_RECORDED_SECONDS = 0.5
"""So the regulator asks again less often than others."""
BASIS = "家政服务信用信息平台管理办法"


def play_time(world: World) -> None:
    """Play the chapters."""
    tell = world.narrator
    tell.chapter("9  Check-in · 签到")
    tell.step("The worker checks in with a face check", lambda: check_in(world, "obama.jpg"))
    tell.step("29 days later: still employed, a reminder is sent", lambda: reminder(world))
    tell.step("The operator's numbers", lambda: numbers(world))
    tell.step(
        "One second past the deadline, both background roles stopped: refused already", lambda: overdue(world)
    )
    tell.step(
        "They run again, and record that the worker has left (离职), at the deadline", lambda: left(world)
    )
    tell.step("A new check-in restores the employment", lambda: restored(world))
    tell.step(
        "The worker withdraws the consent to face checks: no template is left", lambda: without_face(world)
    )
    tell.step("An officer at a counter vouches: checked in without a face", lambda: vouched(world))
    tell.step(
        "Her phone is stolen: two officers see her card, she is back with a new one", lambda: regained(world)
    )
    tell.chapter("10  The regulator · 主管部门")
    tell.step("The trail from the event log", lambda: trail(world))
    tell.step("The authorization as of three instants", lambda: replay(world))
    tell.step("The worker sees who looked, and why", lambda: looks(world))
    tell.chapter("11  Cancellation · 注销")
    tell.step("The worker cancels the account", lambda: cancel(world))
    tell.step("Login is refused", lambda: no_login(world))
    tell.step("The trail still replays; personal fields are unreadable", lambda: erased_trail(world))


def status(world: World) -> str:
    """The worker's employment as the enterprise's operator sees it."""
    rows = world.staff["operator"].get("/v1/enterprise/employments")["items"]
    return str(rows[0]["status"])


def check_in(world: World, picture: str) -> str:
    """Check in."""
    world.advance(timedelta(hours=2))
    world.worker.post("/v1/check-ins", **shown(world.worker, "check_in", picture))
    attendance = world.worker.get("/v1/me/attendance")
    world.facts["due_at"] = datetime.fromisoformat(attendance["due_at"])
    until(lambda: status(world) == "employed", "the operator sees 在职")
    return f"due {_shown(world.facts['due_at'])}"


def _shown(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def reminder(world: World) -> str:
    """Only the latest reminder is sent after a pause."""
    world.move_to(world.facts["due_at"] - timedelta(days=1))
    sms = until(lambda: "签到" in world.last_sms(MOVED) and world.last_sms(MOVED), "a reminder is sent")
    world.sign_in_staff("operator")  # as each morning: a session of staff ends after twelve hours
    expect(status(world) == "employed", "the operator sees 在职")
    mine = world.worker.get("/v1/me/employments")["items"]
    expect(sorted(row["status"] for row in mine) == ["chosen", "employed"], "the worker is still employed")
    return str(sms)


def numbers(world: World) -> str:
    """The enterprise's own, at this instant; they need nobody's name."""
    told = world.staff["operator"].get("/v1/enterprise/statistics")
    expect((told["confirmed"], told["employed"], told["due_soon"]) == (1, 1, 1), "one worker, due tomorrow")
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in told.items())


def overdue(world: World) -> str:
    """The deadline and the clock decide, not a background job."""
    world.stop_background()
    world.move_to(world.facts["due_at"] + timedelta(seconds=1))
    problem = refused("check-in-overdue", lambda: world.worker.post("/v1/certificate-codes"))
    world.sign_in_staff("operator")
    expect(status(world) == "left", "the operator sees 离职 already")
    return str(problem["title"])


def left(world: World) -> str:
    """The event carries the deadline as its time."""
    world.start_background()
    regulator = signed_in_regulator(world)
    find = {"subject_id": world.facts["worker_id"], "basis": BASIS}

    def found() -> list[dict[str, Any]]:
        trail = regulator.post("/v1/trail-searches", json=find)["items"]
        return [entry for entry in trail if entry["topic"] == "jz.attendance.left"]

    event = until(found, "the worker leaves", EVERY_LOOK_IS_RECORDED_SECONDS)[0]
    expect(datetime.fromisoformat(event["at"]) == world.facts["due_at"], "the event's time is the deadline")
    return f"event {event['position']}, dated {_shown(world.facts['due_at'])}"


def signed_in_regulator(world: World) -> Any:
    """A regulator, granted with four eyes."""
    if "regulator" not in world.staff:
        for name in ("first administrator", "second administrator"):
            world.sign_in_staff(name)
        world.grant("regulator", "regulator")
    return world.staff["regulator"]


def restored(world: World) -> str:
    """A new check-in brings the confirmed employment back."""
    said = check_in(world, "obama2.jpg")
    world.worker.post("/v1/certificate-codes")
    return f"employed, {said}"


def without_face(world: World) -> str:
    """No face check passes from here on, and each step names the other ways."""
    world.worker.post("/v1/me/face-consent/withdrawal")
    problem = refused(
        "face-consent-missing",
        lambda: world.worker.post("/v1/check-ins", **shown(world.worker, "check_in", "obama.jpg")),
    )
    return f"{problem['title']}; instead: {', '.join(problem['ways'])}"


def vouched(world: World) -> str:
    """The worker shows a code and the ID card; the officer types what the card says."""
    signed_in_regulator(world)  # and with them the administrators
    world.grant("officer", "officer", id_number=OFFICER.id_number)
    asked = world.worker.post("/v1/presence-requests", json={"purpose": "check_in"})
    confirm(world, "officer", asked["code"])
    world.worker.post("/v1/check-ins", data={"presence_proof": asked["presence_proof"]})
    due_at = datetime.fromisoformat(world.worker.get("/v1/me/attendance")["due_at"])
    return f"due {_shown(due_at)}"


def confirm(world: World, officer: str, code: str) -> None:
    """The officer types the code that the worker shows, and what her card says."""
    document = {
        "code": code,
        "name": WORKER.name,
        "id_number": WORKER.id_number,
        "document_kind": "resident_id",
        "document_authority": "合肥市公安局蜀山分局",
        "valid_until": None,
    }
    world.staff[officer].post("/v1/officer/presence-confirmations", json=document)


def regained(world: World) -> str:
    """Without a session; the account is found by the document, and the thief's phone is signed out."""
    world.grant("second officer", "officer", id_number=SECOND_OFFICER.id_number)
    phone, device = world.device(), "Wang's new phone"
    asked = {"phone": REGAINED.phone, "sms_code": world.sms_code(REGAINED)}
    request = phone.post("/v1/recovery-requests", json=asked)
    for officer in ("officer", "second officer"):
        confirm(world, officer, request["code"])
    ticket = {"recovery_ticket": request["recovery_ticket"], "phone": REGAINED.phone}
    phone.post("/v1/recoveries", data=ticket)
    refused("token-invalid", lambda: world.worker.get("/v1/me"))
    sent = {"phone": REGAINED.phone, "sms_code": world.sms_code(REGAINED), "device": device}
    problem = refused("second-factor-needed", lambda: phone.post("/v1/sessions", json=sent))
    proof = {"ticket": problem["ticket"], "device": device, "passcode": PASSCODE}
    phone.sign_in(phone.post("/v1/session-second-factors", data=proof))
    world.worker = phone
    return str(until(lambda: "更换手机号" in world.last_sms(MOVED) and world.last_sms(MOVED), "the SMS"))


def looks(world: World) -> str:
    """The operator, the officer, the consumer and the regulator, each with a reason."""

    def found() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = world.worker.get("/v1/me/looks")["items"]
        return rows if {row["who"]["kind"] for row in rows} >= {"regulator", "officer"} else []

    rows = until(found, "the looks are listed")
    kinds = sorted({row["who"]["kind"] for row in rows})
    return f"{len(rows)} looks: {', '.join(kinds)}; the last one on the basis of {rows[0]['basis']}"


def trail(world: World) -> str:
    """Look the worker up by ID number; the look itself is recorded."""
    find = {"id_number": WORKER.id_number, "basis": BASIS}
    entries = signed_in_regulator(world).post("/v1/trail-searches", json=find)["items"]
    topics = [entry["topic"] for entry in entries]
    expect(set(TRAIL_KINDS) <= set(topics), "registration, face checks and authorization are there")
    verdicts = [e["fields"]["verdict"] for e in entries if e["topic"] == "jz.face_checks.attempted"]
    expect("rejected" in verdicts, "the wrong face is recorded")
    return (
        f"{len(entries)} events, {len(verdicts)} face checks, {verdicts.count('rejected')} of them rejected"
    )


def replay(world: World) -> str:
    """Before the letter, under it, and now."""
    instants = [world.facts["before_letter"], world.facts["authorized"], world.clock()]
    find = {
        "subject_id": world.facts["worker_id"],
        "basis": BASIS,
        "instants": [instant.isoformat() for instant in instants],
    }
    states = signed_in_regulator(world).post("/v1/authorization-replays", json=find)["states"]
    counts = [len(state["authorized_scopes"]) for state in states]
    expect(counts[0] == 0 and counts[1] == counts[2] > len(SCOPES), "nothing before, everything after")
    return " → ".join(f"{count} scopes" for count in counts)


def cancel(world: World) -> str:
    """An SMS code alone does not do it: what cannot be undone asks for a second factor as well."""
    given = {"sms_code": world.sms_code(REGAINED)}
    path = "/v1/me/cancellation"
    problem = refused("second-factor-missing", lambda: world.worker.post(path, data=given))
    expect("passcode" in problem["factors"], "she has a passcode")
    world.worker.post(path, data=given | {"passcode": PASSCODE})
    return "the key is destroyed"


def no_login(world: World) -> str:
    """Neither the old session nor a new login works."""
    refused("token-invalid", lambda: world.worker.get("/v1/me"))
    body = {"phone": REGAINED.phone, "sms_code": world.sms_code(REGAINED), "device": "Wang's phone"}
    return str(refused("account-unknown", lambda: world.visitor.post("/v1/sessions", json=body))["title"])


def erased_trail(world: World) -> str:
    """By subject id, since nothing leads from the ID number there any more."""
    regulator = signed_in_regulator(world)
    gone = {"id_number": WORKER.id_number, "basis": BASIS}
    refused("not-found", lambda: regulator.post("/v1/trail-searches", json=gone))
    find = {"subject_id": world.facts["worker_id"], "basis": BASIS}
    entries = regulator.post("/v1/trail-searches", json=find)["items"]
    registered = next(e for e in entries if e["topic"] == "jz.account.registered")["fields"]
    personal = {registered[name] for name in ("name", "id_number", "phone")}
    expect(personal == {"erased"}, "the personal fields are erased")
    secrets = (WORKER.name, WORKER.phone, MOVED.phone, REGAINED.phone)
    expect(not any(secret in str(entries) for secret in secrets), "no name, no phone")
    signed_out_for_a_month = {
        "phone": CONSUMER.phone,
        "sms_code": world.sms_code(CONSUMER),
        "device": "phone",
        "device_token": world.consumer.device_token,
    }
    world.consumer.sign_in(world.visitor.post("/v1/sessions", json=signed_out_for_a_month))
    receipts = world.consumer.get("/v1/me/receipts")["items"]
    expect(
        {receipt["worker_name"] for receipt in receipts} == {"erased"}, "the consumer's receipts read erased"
    )
    return f"{len(entries)} events; name, ID number, phone: erased"

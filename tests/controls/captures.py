"""A phone with our app, a kiosk, and what a system that knows both makes of the pictures they signed."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
from cryptography.x509 import load_pem_x509_certificates
from fastapi import Response

from api.http.act import Act
from api.verification.captures import Where, where_captured
from devices.key_attestation import AttestedApp
from domain.event import Cause
from jiazheng.demo.camera import vouched
from jiazheng.demo.captures import capture_claims
from jiazheng.demo.doubles.secure_hardware import HONEST, PACKAGE, SIGNER, Description, SecureHardware
from jiazheng.settings import Settings
from tests.controls.api import Api
from tests.controls.kiosks import OWN_FACE, RegisteredKiosk
from tests.controls.visitors import Visitor, face

CHALLENGE: Final = "a face challenge"
FRAMES: Final = (b"straight", b"left", b"eyes shut")


@cache
def phone() -> SecureHardware:
    """The phone whose maker's root every test system trusts."""
    return SecureHardware()


@cache
def our_app() -> AttestedApp:
    """What a system knows of the app."""
    return AttestedApp(tuple(load_pem_x509_certificates(phone().roots_pem())), PACKAGE, SIGNER)


def with_app(settings: Settings, folder: Path) -> Settings:
    """Settings of a system that knows the app."""
    roots = folder / "attestation_roots.pem"
    roots.write_bytes(phone().roots_pem())
    app = {"app_attestation_roots": roots, "app_package": PACKAGE, "app_signer_sha256": SIGNER.hex()}
    return settings.model_copy(update=app)


def act_of(api: Api, app: AttestedApp | None) -> Act:
    cause = Cause(api.clock(), "public", uuid4())
    return Act(replace(api.parts, app=app), None, cause, Response(), is_retry=False)


def where(
    api: Api,
    capture: str | None,
    challenge: str = CHALLENGE,
    frames: Sequence[bytes] = FRAMES,
    app: AttestedApp | None = None,
) -> Where:
    """What a system that knows our app, or another one, makes of a capture."""
    act = act_of(api, app or our_app())
    return where_captured(act.parts.ledger, act, capture, challenge, frames)


def by_kiosk(
    kiosk: RegisteredKiosk, frames: Sequence[bytes] = FRAMES, challenge: str = CHALLENGE, **changes: Any
) -> str:
    claims = capture_claims(kiosk.audience, challenge, frames)
    return kiosk.signer.sign(kiosk.kiosk_id, claims | changes)


def by_app(api: Api, says: Description = HONEST, hardware: SecureHardware | None = None) -> str:
    return (hardware or phone()).sign_capture(api.url, CHALLENGE, FRAMES, says)


def app_face(
    api: Api, worker: Visitor, purpose: str, picture: str = OWN_FACE, /, **fields: Any
) -> dict[str, Any]:
    """As `face`, before the camera of our app on an honest phone."""
    form = face(api, worker.token, purpose, picture, **fields)
    return vouched(form, partial(phone().sign_capture, api.url))


def verified_by_app(api: Api, worker: Visitor, reading: str, picture: str = OWN_FACE) -> httpx.Response:
    """Send a reading, and the face of a picture before the app's camera."""
    form = app_face(api, worker, "identity", picture, card_reading=reading)
    return api.post("/v1/identity-verifications", worker.token, **form)


def compact(header: object) -> str:
    """A JWS that nobody signed."""
    octets = urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    return f"{octets}.e30.c2lnbmF0dXJl"

"""Somebody shows their face to an app: asks for movements, makes them, and sends what the camera saw."""

from typing import Any

from jiazheng.demo import pictures
from jiazheng.demo.client import Client
from jiazheng.demo.doubles.living_face import living_face

Form = dict[str, Any]
"""What a request takes: `data`, the fields, and `files`, the frames."""


def shown(client: Client, purpose: str, picture: str, **fields: Any) -> Form:
    """The form of a step, with the living face of a picture, and other fields."""
    challenge = client.post("/v1/face-challenges", json={"purpose": purpose})
    return answered(challenge, picture, **fields)


def answered(challenge: dict[str, Any], picture: str, **fields: Any) -> Form:
    """The same for a challenge that is there already."""
    frames = living_face(pictures.path(picture).read_bytes()).frames(challenge["actions"])
    return {"data": {"face_challenge": challenge["face_challenge"], **fields}, "files": uploaded(frames)}


def uploaded(frames: list[bytes]) -> list[tuple[str, tuple[str, bytes, str]]]:
    """The frames as parts of a form."""
    return [("frames", (f"{number}.jpg", frame, "image/jpeg")) for number, frame in enumerate(frames)]

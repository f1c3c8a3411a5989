"""What a form brings of a face: frames, the challenge that they answer, and who vouches for the camera."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, File, Form, UploadFile
from pydantic import Field

from api.http.problems import Problem
from api.verification.captures import CaptureText

MIN_FRAMES, MAX_FRAMES = 8, 40
Frames = Annotated[list[UploadFile], Field(min_length=MIN_FRAMES, max_length=MAX_FRAMES)]


@dataclass(frozen=True, slots=True)
class ShownFace:
    """What a camera saw while the person did what a challenge asks for; `capture` is the camera's word."""

    frames: Sequence[UploadFile]
    challenge: str
    capture: str | None


def shown_face(
    frames: Annotated[Frames | None, File()] = None,
    face_challenge: Annotated[str | None, Form(max_length=200)] = None,
    capture: CaptureText = None,
) -> ShownFace | None:
    """The dependency: the face of a form, if there is one.

    Raises:
        Problem: there is a half of one.
    """
    if frames and face_challenge is not None:
        return ShownFace(frames, face_challenge, capture)
    if not frames and face_challenge is None and capture is None:
        return None
    wrong = {"field": "face_challenge" if frames else "frames", "code": "frames_and_challenge"}
    raise Problem("request-invalid", 422, errors=(wrong,))


Face = Annotated[ShownFace | None, Depends(shown_face)]

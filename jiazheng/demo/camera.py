"""Somebody shows their face to an app: asks for movements, makes them, and sends what the camera saw.

`python -m jiazheng.demo.camera PICTURE FOLDER` reads a challenge (JSON) from standard input, writes what a
camera saw of the face of a picture into a folder, and prints the arguments with which curl sends it.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
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


def vouched(form: Form, sign: Callable[[str, list[bytes]], str]) -> Form:
    """The same form, with the word of what took the frames: `sign` has their challenge, and them."""
    frames = [content for _, (_, content, _) in form["files"]]
    capture = sign(form["data"]["face_challenge"], frames)
    return form | {"data": form["data"] | {"capture": capture}}


def main(arguments: list[str]) -> int:
    """Answer the challenge on standard input, and print what curl sends; return the exit code."""
    picture, folder = map(Path, arguments)
    sys.stdout.write(" ".join(curl_arguments(json.load(sys.stdin), picture, folder)) + "\n")
    return 0


def curl_arguments(challenge: dict[str, Any], picture: Path, folder: Path) -> list[str]:
    """The form of a challenge's answer; the frames are written into the folder."""
    folder.mkdir(exist_ok=True)
    arguments = ["-F", f"face_challenge={challenge['face_challenge']}"]
    for number, frame in enumerate(living_face(picture.read_bytes()).frames(challenge["actions"])):
        file = folder / f"{number:02}.jpg"
        file.write_bytes(frame)
        arguments += ["-F", f"frames=@{file}"]
    return arguments


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

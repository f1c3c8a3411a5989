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
    return seen(challenge, pictures.path(picture).read_bytes(), **fields)


def seen(challenge: dict[str, Any], photograph: bytes, **fields: Any) -> Form:
    """The same with the face of any photograph."""
    frames = living_face(photograph).frames(challenge["actions"])
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
    form = seen(json.load(sys.stdin), picture.read_bytes())
    sys.stdout.write(" ".join(curl_arguments(form, folder)) + "\n")
    return 0


def curl_arguments(form: Form, folder: Path) -> list[str]:
    """What makes curl send a form; its frames are written into a folder."""
    folder.mkdir(exist_ok=True)
    arguments = [f"{name}={value}" for name, value in form["data"].items()]
    for _, (name, frame, _) in form["files"]:
        (folder / name).write_bytes(frame)
        arguments.append(f"frames=@{folder / name}")
    return [part for argument in arguments for part in ("-F", argument)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

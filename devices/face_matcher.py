"""Turns faces into embeddings and compares them; too heavy for a server's own process, see face_pool."""

from dataclasses import dataclass, field
from typing import Any

import dlib
import numpy as np
import numpy.typing as npt

from devices.face_image import FaceImageCode, FaceImageRejected, Pixels, Subject, decode_face_image
from devices.face_mesh import LEFT_EYE, NOSE_BASE, RIGHT_EYE, SeenFace
from devices.face_models import MODEL_ID, face_model_files
from devices.face_quality import MAX_YAW_DEGREES, SHARPNESS_CHIP_PIXELS, sharpness, yaw_degrees
from devices.face_thresholds import (
    STRICT_THRESHOLDS,
    FaceComparison,
    ModelMismatch,
    TemplateKind,
    Thresholds,
    thresholds_by_kind,
)

EMBEDDING_SIZE = 128
TEMPLATE_BYTES = 4 * EMBEDDING_SIZE
CHIP_PIXELS = 150  # what the network was trained on
MIN_FACE_PIXELS = 60  # width in a picture of at most 640 pixels
# below the sharpest face after a Gaussian blur of 2 % of its width, under every face of the sample pictures
MIN_SHARPNESS = 0.02
# of the 40 people of the ORL faces no front was further from their own turned face, or from one with shut
# eyes (0.44 at most of 16), and 0.6 % of the fronts nearer to somebody else's
SAME_FACE_BELOW = 0.58
SELFIE_UPSAMPLES = (0, 1)  # the second only to tell a small face from none
PORTRAIT_UPSAMPLES = (1, 2)  # HOG sees faces of 80 pixels and more, a card portrait is 102 pixels wide


class InvalidTemplate(ValueError):
    """The bytes are no template: not 128 finite little-endian float32."""


@dataclass(frozen=True)
class Embedding:
    """A face as 128 numbers; biometric data, so that `repr` hides it."""

    model: str
    kind: TemplateKind
    vector: npt.NDArray[np.float32] = field(repr=False, compare=False)

    def to_bytes(self) -> bytes:
        """512 bytes: 128 little-endian float32. Keep model and kind beside them, as associated data."""
        return self.vector.astype("<f4").tobytes()

    @classmethod
    def from_bytes(cls, octets: bytes, model: str, kind: TemplateKind) -> "Embedding":
        """Read what to_bytes wrote. Raises InvalidTemplate."""
        if len(octets) != TEMPLATE_BYTES:
            raise InvalidTemplate("a face template has 512 bytes")
        vector = np.frombuffer(octets, dtype="<f4").astype(np.float32)
        if not np.isfinite(vector).all():
            raise InvalidTemplate("a face template holds finite numbers")
        return cls(model, kind, vector)


class FaceMatcher:
    """One set of loaded models, 0.3 s and 60 MB; deterministic, for there is no jitter in it.

    Raises FaceModelsMissing without the pinned weights, ModelMismatch for thresholds of another model.
    """

    def __init__(self, thresholds: tuple[Thresholds, ...] = STRICT_THRESHOLDS) -> None:
        self._thresholds = thresholds_by_kind(thresholds, MODEL_ID)
        files = face_model_files()
        self._detect = dlib.get_frontal_face_detector()
        self._landmarks = dlib.shape_predictor(str(files.landmarks))
        self._network = dlib.face_recognition_model_v1(str(files.embedder))

    def detect_selfie(self, pixels: Pixels) -> Any:  # dlib.rectangle, untyped
        """Where the only face of a selfie is. Raises FaceImageRejected if there is none, or another one."""
        return self._only_face(pixels, SELFIE_UPSAMPLES, "selfie")

    def embed_selfie(self, pixels: Pixels) -> Embedding:
        """Embed the only face of a selfie: sharp, frontal within 20 degrees, at least 60 pixels wide at 640.

        Raises FaceImageRejected with the code of the first check that fails.
        """
        face = self.detect_selfie(pixels)
        shape = self._landmarks(pixels, face)
        if face.width() < MIN_FACE_PIXELS:
            raise FaceImageRejected(FaceImageCode.FACE_TOO_SMALL)
        if abs(yaw_degrees(shape)) > MAX_YAW_DEGREES:
            raise FaceImageRejected(FaceImageCode.NOT_FRONTAL)
        if sharpness(dlib.get_face_chip(pixels, shape, SHARPNESS_CHIP_PIXELS)) < MIN_SHARPNESS:
            raise FaceImageRejected(FaceImageCode.TOO_BLURRED)
        return self._embed(pixels, shape, "selfie")

    def embed_portrait(self, image: bytes) -> Embedding:
        """Embed the only face of a card portrait, whose quality is the issuer's and not judged.

        Raises FaceImageRejected with subject "portrait".
        """
        pixels = decode_face_image(image, "portrait")
        face = self._only_face(pixels, PORTRAIT_UPSAMPLES, "portrait")
        return self._embed(pixels, self._landmarks(pixels, face), "portrait")

    def is_same_face(self, front: Embedding, pixels: Pixels, turned: SeenFace) -> bool:
        """Whether a turned face of the same series may be the front's: no other one was put in its place."""
        corners = (*LEFT_EYE, *RIGHT_EYE, NOSE_BASE)  # in the order of dlib's five landmarks
        parts = [dlib.point(*map(round, turned.points[corner, :2])) for corner in corners]
        shape = dlib.full_object_detection(dlib.rectangle(), parts)
        found = self._describe(dlib.get_face_chip(pixels, shape, CHIP_PIXELS))
        return float(np.linalg.norm(found - front.vector)) < SAME_FACE_BELOW

    def compare(self, reference: Embedding, selfie: Embedding) -> FaceComparison:
        """Compare a selfie with a portrait or an enrolled selfie; the reference's kind chooses the band.

        Raises ModelMismatch for embeddings of another model, or of a kind without thresholds.
        """
        if reference.model != MODEL_ID or selfie.model != MODEL_ID:
            raise ModelMismatch("an embedding was made by another face model")
        band = self._thresholds.get(reference.kind)
        if band is None:
            raise ModelMismatch(f"there are no thresholds for {reference.kind} templates")
        difference = reference.vector.astype(np.float64) - selfie.vector.astype(np.float64)
        return band.judge(float(np.linalg.norm(difference)))

    def _only_face(
        self, pixels: Pixels, upsamples: tuple[int, ...], subject: Subject
    ) -> Any:  # dlib.rectangle
        for upsample in upsamples:
            faces = self._detect(pixels, upsample)
            if len(faces) > 1:
                raise FaceImageRejected(FaceImageCode.SEVERAL_FACES, subject)
            if faces:
                return faces[0]
        raise FaceImageRejected(FaceImageCode.NO_FACE, subject)

    def _embed(self, pixels: Pixels, shape: Any, kind: TemplateKind) -> Embedding:  # untyped library
        chip = dlib.get_face_chip(pixels, shape, CHIP_PIXELS)
        mirrored = np.ascontiguousarray(chip[:, ::-1])
        mean = (self._describe(chip) + self._describe(mirrored)) / 2
        return Embedding(MODEL_ID, kind, mean.astype(np.float32))

    def _describe(self, chip: Pixels) -> npt.NDArray[np.float64]:
        return np.array(self._network.compute_face_descriptor(chip))

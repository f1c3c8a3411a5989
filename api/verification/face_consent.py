"""The separate consent to face checks (单独同意): its text, given and withdrawn."""

from pydantic import BaseModel

from api.http.act import Acting
from api.http.route import router
from api.http.schemas import DONE, Accepted, Sha256Hex, ShortText
from domain.face_consent import CURRENT_CONSENT
from ledger.use_cases import face_consents

routes = router("face consent")


class ConsentTextOut(BaseModel):
    """The text in force."""

    version: str
    text: str
    text_sha256: str


class ConsentIn(BaseModel):
    """The text that was shown, named by version and hash."""

    version: ShortText
    text_sha256: Sha256Hex


@routes.get("/face-consent-text")
async def consent_text() -> ConsentTextOut:
    """The text of the consent; show it apart from everything else that is agreed to."""
    text = CURRENT_CONSENT
    return ConsentTextOut(version=text.version, text=text.text, text_sha256=text.text_sha256)


@routes.post("/me/face-consent")
async def give(act: Acting, given: ConsentIn) -> Accepted:
    """Consent to face checks; without it every step has another way."""
    await act.run(face_consents.give_face_consent, act.caller, given.version, given.text_sha256)
    return DONE


@routes.post("/me/face-consent/withdrawal")
async def withdraw(act: Acting) -> Accepted:
    """Take the consent back; the face template is deleted at once."""
    await act.run(face_consents.withdraw_face_consent, act.caller)
    return DONE

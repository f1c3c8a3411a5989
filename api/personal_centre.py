"""The personal centre (个人中心): how the signed-in person signs in."""

from pydantic import BaseModel

from api.act import Acting
from api.route import router
from api.schemas import DONE, Accepted, PasscodeText, SmsCode
from api.sessions import require_own_sms_code
from ledger.use_cases import accounts

routes = router("personal centre")


class PasscodeIn(BaseModel):
    """A passcode, and the code that was sent to the account's phone just now."""

    passcode: PasscodeText
    sms_code: SmsCode


@routes.post("/me/passcode")
async def set_passcode(act: Acting, given: PasscodeIn) -> Accepted:
    """Set the passcode, or another one in its place."""
    if await act.carried_out():
        return DONE
    await require_own_sms_code(act, given.sms_code)
    await act.run(accounts.set_passcode, act.caller, given.passcode)
    return DONE

"""A phone with NFC at the API: the real nfcpy stack reads, the relay decodes; nothing of the card is kept."""

from devices.card_ports import CardReadError, CardRemoved
from devices.card_reader import NfcCardLink, NfcCardReader
from jiazheng.demo.client import Client

CARD_TIMEOUT_SECONDS = 2.0


def read_card_by_relay(client: Client, reader_path: str, challenge: str) -> str:
    """Read the card on the phone for a challenge of the person who is signed in.

    Args:
        client: whose session it is.
        reader_path: nfcpy's device path of the phone's NFC.
        challenge: of `POST /v1/identity-challenges`.

    Returns:
        the `card_reading`, which the phone cannot read.

    Raises:
        CardRemoved: there is no card.
        Refusal: the card could not be read.
    """
    reader = NfcCardReader(reader_path)
    reader.open()
    try:
        link = reader.poll()
        if link is None:
            raise CardRemoved
        return _relay(client, link, challenge)
    finally:
        reader.close()


def _relay(client: Client, link: NfcCardLink, challenge: str) -> str:
    card = {"challenge": challenge, "atqb": link.atqb.hex(), "uid": link.uid.hex()}
    told = client.post("/v1/card-relays", json=card)
    while told["card_reading"] is None:
        answer = {"turn": told["turn"], "answer": _answer(link, told["apdu"])}
        told = client.post(f"/v1/card-relays/{told['relay_id']}/answers", json=answer)
    return str(told["card_reading"])


def _answer(link: NfcCardLink, apdu: str) -> str | None:
    """The card's own answer; nothing, where the card is gone or what came is none."""
    try:
        return link.exchange(bytes.fromhex(apdu), CARD_TIMEOUT_SECONDS).hex()
    except CardReadError:
        return None

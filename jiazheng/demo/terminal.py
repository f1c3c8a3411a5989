"""The demo's identity-verification terminal: the real nfcpy stack and decoder client, and a signing key."""

import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from joserfc import jws
from joserfc.jwk import OKPKey

from devices.card_decoders.remote_sam import RemoteSamDecoder
from devices.card_evidence import TranscribedLink
from devices.card_ports import CardRemoved
from devices.card_reader import NfcCardReader
from jiazheng.demo.captures import capture_claims


class Signer:
    """An Ed25519 key of a kiosk or a provider."""

    def __init__(self, kept: dict[str, Any] | None = None) -> None:
        self._key = OKPKey.import_key(kept) if kept else OKPKey.generate_key("Ed25519")

    def private_jwk(self) -> dict[str, Any]:
        """The whole key, to keep it."""
        return dict(self._key.as_dict(private=True))

    def public_jwk(self) -> dict[str, str]:
        """The public key, as it is registered."""
        return {name: str(self._key.as_dict(private=False)[name]) for name in ("kty", "crv", "x")}

    def sign(self, kid: str, claims: dict[str, Any]) -> str:
        """A compact JWS."""
        header = {"alg": "Ed25519", "kid": kid}
        return jws.serialize_compact(header, json.dumps(claims, ensure_ascii=False), self._key, ["Ed25519"])

    def sign_capture(
        self, kiosk_id: UUID | str, audience: str, challenge: str, frames: Sequence[bytes]
    ) -> str:
        """A compact JWS over the frames that a kiosk's camera took for a face challenge."""
        return self.sign(str(kiosk_id), capture_claims(audience, challenge, frames))


class Terminal:
    """Reads a card and signs the reading."""

    def __init__(self, reader_path: str, decoder: RemoteSamDecoder, signer: Signer) -> None:
        self.signer = signer
        self._reader_path = reader_path
        self._decoder = decoder

    def read_card(self, kiosk_id: UUID | str, audience: str, challenge: str) -> str:
        """Read the card in the field and sign what the decoder returned, bound to a challenge.

        Raises:
            CardRemoved: there is no card.
        """
        reader = NfcCardReader(self._reader_path)
        reader.open()
        try:
            link = reader.poll()
            if link is None:
                raise CardRemoved
            transcribed = TranscribedLink(link)
            document = self._decoder.decode(transcribed)
            evidence = transcribed.evidence(document.decoder_id)
        finally:
            reader.close()
        claims = {
            "aud": audience,
            "challenge": challenge,
            "kind": document.kind.value,
            "text": b64encode(document.text256).decode(),
            "photo": b64encode(document.photo1024).decode(),
            "decoder": document.decoder_id,
            "transcript_sha256": evidence.transcript_sha256,
        }
        return self.signer.sign(str(kiosk_id), claims)

"""A phone's secure hardware: generates a key for each capture, attests it as Android does, and signs.

It can misbehave: `Description` is what the hardware says about a key, and each of its fields can be a lie of
another phone. Written from the schema alone, apart from what reads it (`devices.key_description`).
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from joserfc import jws
from joserfc.jwk import ECKey

from jiazheng.demo.captures import capture_claims

PACKAGE: Final = "cn.example.jiazheng"
SIGNER: Final = hashlib.sha256(b"the certificate that the app is signed with").digest()
KEY_DESCRIPTION: Final = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.1.17")
SINCE, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)
OF_A_LEAF = datetime(1970, 1, 1, tzinfo=UTC), datetime(2048, 1, 1, tzinfo=UTC)
"""What Android writes by itself."""
SEQUENCE, SET = b"\x30", b"\x31"
BOOLEAN, INTEGER, OCTETS, NULL, ENUMERATED = b"\x01", b"\x02", b"\x04", b"\x05", b"\x0a"
LONG_HEADERS = jws.JWSRegistry(algorithms=["ES256"])
LONG_HEADERS.max_header_length = 64_000


@dataclass(frozen=True)
class Description:
    """What the hardware says about a key; as it stands, what an honest phone says of an honest app's key."""

    challenge: bytes = b""
    version: int = 300
    attested_by: int = 1
    kept_by: int = 1
    purposes: tuple[int, ...] = (2,)
    origin: int = 0
    all_applications: bool = False
    is_locked: bool = True
    boot_state: int = 0
    packages: tuple[str, ...] = (PACKAGE,)
    signers: tuple[bytes, ...] = (SIGNER,)
    swaps_lists: bool = False
    """Whether the system claims what the hardware should say."""

    def der(self) -> bytes:
        """The extension's value."""
        software = tagged(701, number(1_772_413_200_000)) + tagged(709, self._application())
        lists = [tlv(SEQUENCE, software), tlv(SEQUENCE, *self._hardware())]
        return tlv(
            SEQUENCE,
            number(self.version),
            tlv(ENUMERATED, bytes([self.attested_by])),
            number(self.version),
            tlv(ENUMERATED, bytes([self.kept_by])),
            tlv(OCTETS, self.challenge),
            tlv(OCTETS, b""),
            *(reversed(lists) if self.swaps_lists else lists),
        )

    def _hardware(self) -> list[bytes]:
        root = tlv(
            SEQUENCE,
            tlv(OCTETS, b"\x11" * 32),
            tlv(BOOLEAN, b"\xff" if self.is_locked else b"\x00"),
            tlv(ENUMERATED, bytes([self.boot_state])),
            tlv(OCTETS, b"\x22" * 32),
        )
        return [
            tagged(1, tlv(SET, *map(number, self.purposes))),
            tagged(2, number(3)),  # EC
            tagged(3, number(256)),
            tagged(10, number(1)),  # P-256
            *([tagged(600, tlv(NULL))] if self.all_applications else []),
            tagged(702, number(self.origin)),
            tagged(704, root),
            tagged(705, number(160_000)),
        ]

    def _application(self) -> bytes:
        names = sorted(tlv(SEQUENCE, tlv(OCTETS, name.encode()), number(1)) for name in self.packages)
        signers = sorted(tlv(OCTETS, signer) for signer in self.signers)
        return tlv(OCTETS, tlv(SEQUENCE, tlv(SET, *names), tlv(SET, *signers)))


HONEST: Final = Description()


class SecureHardware:
    """The hardware of one phone, with its maker's root above it."""

    def __init__(self, until: datetime = UNTIL) -> None:
        self._root, self._batch = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.root = _certificate("root", self._root, "root", self._root, (SINCE, UNTIL), True)
        self.batch = _certificate("TEE", self._batch, "root", self._root, (SINCE, until), True)

    def roots_pem(self) -> bytes:
        """What the operator trusts."""
        return self.root.public_bytes(Encoding.PEM)

    def sign_capture(
        self, audience: str, challenge: str, frames: Sequence[bytes], says: Description = HONEST
    ) -> str:
        """What the app sends for the frames that answer a face challenge."""
        key = ec.generate_private_key(ec.SECP256R1())
        return sign(key, self.attested(key, challenge, says), capture_claims(audience, challenge, frames))

    def attested(
        self, key: ec.EllipticCurvePrivateKey, challenge: str, says: Description = HONEST
    ) -> list[x509.Certificate]:
        """The chain of a key's attestation, leaf first; `says` may hold a challenge of its own."""
        own = says.challenge or hashlib.sha256(challenge.encode()).digest()
        described = _attesting(replace(says, challenge=own))
        leaf = _certificate("key", key, "TEE", self._batch, OF_A_LEAF, False, described)
        return [leaf, self.batch, self.root]

    def attested_by_own_key(
        self, challenge: str, *, is_issuer: bool = False
    ) -> tuple[ec.EllipticCurvePrivateKey, list[x509.Certificate]]:
        """A key in software, for which a key in hardware vouches: that one signs what the app gives it."""
        honest, copied = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        of_copy = _attesting(replace(HONEST, challenge=hashlib.sha256(challenge.encode()).digest()))
        leaf = _certificate("copy", copied, "key", honest, OF_A_LEAF, False, of_copy)
        own = _certificate("key", honest, "TEE", self._batch, OF_A_LEAF, is_issuer, of_copy)
        return copied, [leaf, own, self.batch, self.root]


def _attesting(says: Description) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(KEY_DESCRIPTION, says.der())


def sign(key: ec.EllipticCurvePrivateKey, chain: list[x509.Certificate], claims: object) -> str:
    """A compact JWS that brings its certificates along (RFC 7515, `x5c`)."""
    x5c = [b64encode(one.public_bytes(Encoding.DER)).decode() for one in chain]
    header = {"alg": "ES256", "x5c": x5c}
    return jws.serialize_compact(header, json.dumps(claims), ECKey.import_key(key), registry=LONG_HEADERS)


def tlv(tag: bytes, *contents: bytes) -> bytes:
    """DER (X.690): a tag, the length, the contents."""
    octets = b"".join(contents)
    size = len(octets)
    if size < 0x80:
        return tag + bytes([size]) + octets
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return tag + bytes([0x80 | len(length)]) + length + octets


def number(value: int) -> bytes:
    """An INTEGER that is not negative."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def tagged(tag: int, value: bytes) -> bytes:
    """A value under an explicit tag of the authorization list, below 31 or from 128 to 16383."""
    octets = bytes([0xA0 | tag]) if tag < 31 else bytes([0xBF, 0x80 | tag >> 7, tag & 0x7F])
    return tlv(octets, value)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    valid: tuple[datetime, datetime],
    is_ca: bool,
    *more: x509.ExtensionType,
) -> x509.Certificate:
    usages = [not is_ca, False, False, False, False, is_ca, False, False, False]  # signs, or issues
    builder = (
        x509.CertificateBuilder(_named(issuer), _named(name), key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.KeyUsage(*usages), critical=True)
    )
    if is_ca:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    for extension in more:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

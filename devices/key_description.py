"""What Android's secure hardware says about a key: the extension of the attestation certificate.

The schema is that of Android's "Key and ID attestation"
(https://source.android.com/docs/security/features/keystore/attestation), for all versions: 1 to 4 of
Keymaster, 100 to 400 of KeyMint. Only what is asked for is decoded, since each version adds tags and
hardware does not always keep their order. A closed schema refuses honest phones: `webauthn`'s lacks some of
the tags, and demands a field that came with version 3.
"""

from dataclasses import dataclass
from typing import Final, TypeVar

from cryptography.hazmat import asn1

Shape = TypeVar("Shape")
ENUMERATED: Final = b"\x0a"


class KeyDescriptionBroken(ValueError):
    """This is no key description."""


def context_tag(number: int) -> bytes:
    """The identifier octets of an explicit tag (X.690, 8.1.2)."""
    if number < 31:
        return bytes([0xA0 | number])
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.insert(0, number & 0x7F | 0x80)
    return bytes([0xBF, *octets])


PURPOSE: Final = context_tag(1)
ALL_APPLICATIONS: Final = context_tag(600)
ORIGIN: Final = context_tag(702)
ROOT_OF_TRUST: Final = context_tag(704)
APPLICATION_ID: Final = context_tag(709)

Authorizations = dict[bytes, bytes]
"""Properties of a key by tag, each in DER: of one value there is one text, so texts can be compared."""


@dataclass(frozen=True, slots=True)
class KeyDescription:
    """A key, as the hardware describes it.

    Attributes:
        security_levels: of who attests, and of who keeps the key; 0 software, 1 trusted environment,
            2 StrongBox.
        challenge: what the app gave when it generated the key.
        software, hardware: what the system vouches for, and what the hardware enforces.
    """

    security_levels: tuple[int, int]
    challenge: bytes
    software: Authorizations
    hardware: Authorizations


@dataclass(frozen=True, slots=True)
class Boot:
    """How the phone was started; `state` 0 is verified by the maker's key."""

    is_locked: bool
    state: int


@dataclass(frozen=True, slots=True)
class Application:
    """Who may use the key: the packages of one user id, and SHA-256 of the certificates that signed them."""

    packages: tuple[str, ...]
    signers: tuple[bytes, ...]


@asn1.sequence
class _KeyDescription:
    attestation_version: int
    attestation_security_level: asn1.TLV
    keymaster_version: int
    keymaster_security_level: asn1.TLV
    attestation_challenge: bytes
    unique_id: bytes
    software_enforced: list[asn1.TLV]
    hardware_enforced: list[asn1.TLV]


@asn1.sequence
class _RootOfTrust:
    verified_boot_key: bytes
    device_locked: bool
    verified_boot_state: asn1.TLV
    verified_boot_hash: bytes | None  # since version 3


@asn1.sequence
class _PackageInfo:
    package_name: bytes
    version: int


@asn1.sequence
class _ApplicationId:
    package_infos: asn1.SetOf[_PackageInfo]
    signature_digests: asn1.SetOf[bytes]


def parse_key_description(extension: bytes) -> KeyDescription:
    """Read the extension 1.3.6.1.4.1.11129.2.1.17.

    Raises:
        KeyDescriptionBroken: it is not one.
    """
    found = _decoded(_KeyDescription, extension)
    levels = _enumerated(found.attestation_security_level), _enumerated(found.keymaster_security_level)
    lists = _by_tag(found.software_enforced), _by_tag(found.hardware_enforced)
    return KeyDescription(levels, found.attestation_challenge, *lists)


def parse_boot(root_of_trust: bytes) -> Boot:
    """Read the value of `ROOT_OF_TRUST`. Raises KeyDescriptionBroken."""
    found = _decoded(_RootOfTrust, root_of_trust)
    return Boot(found.device_locked, _enumerated(found.verified_boot_state))


def parse_application(application_id: bytes) -> Application:
    """Read the value of `APPLICATION_ID`. Raises KeyDescriptionBroken."""
    found = _decoded(_ApplicationId, _decoded(bytes, application_id))
    try:
        packages = tuple(info.package_name.decode() for info in found.package_infos.as_list())
    except UnicodeDecodeError as error:
        raise KeyDescriptionBroken from error
    return Application(packages, tuple(found.signature_digests.as_list()))


def _decoded(shape: type[Shape], octets: bytes) -> Shape:
    try:
        return asn1.decode_der(shape, octets)
    except (ValueError, OverflowError) as error:
        raise KeyDescriptionBroken from error


def _enumerated(value: asn1.TLV) -> int:
    if value.tag_bytes != ENUMERATED or len(value.data) != 1:
        raise KeyDescriptionBroken
    return value.data[0]


def _by_tag(values: list[asn1.TLV]) -> Authorizations:
    found = {value.tag_bytes: bytes(value.data) for value in values}
    if len(found) < len(values):
        raise KeyDescriptionBroken
    return found

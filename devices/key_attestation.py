"""Android Key Attestation: whether our app, on an unaltered phone, generated a key in secure hardware.

What is checked follows Android's "Verify hardware-backed key pairs with key attestation"
(https://developer.android.com/privacy-and-security/security-key-attestation). Nothing is fetched: the roots
and the list of revoked certificates are the operator's files. Attestations of other makes (App Attest of iOS,
those of HarmonyOS) are other formats and are not read.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import verification

from devices.key_description import (
    ALL_APPLICATIONS,
    APPLICATION_ID,
    ORIGIN,
    PURPOSE,
    ROOT_OF_TRUST,
    Application,
    Boot,
    KeyDescription,
    KeyDescriptionBroken,
    parse_application,
    parse_boot,
    parse_key_description,
)

KEY_DESCRIPTION: Final = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.1.17")
LONGEST_CHAIN = 8
"""Certificates; those of phones have three to five."""
SOFTWARE: Final = 0
SIGNS_ONLY: Final = b"\x31\x03\x02\x01\x02"
"""`SET OF INTEGER`, with 2 (SIGN) alone: a key that also attests or wraps could vouch for other keys."""
GENERATED: Final = b"\x02\x01\x00"
"""`INTEGER` 0: the hardware made the key, so nobody has a copy."""
VERIFIED: Final = Boot(is_locked=True, state=0)
BROKEN = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises for a certificate that is none."""


class NotAttested(Exception):
    """The key is not one of our app's; `check` says why, for operators alone."""

    def __init__(self, check: str) -> None:
        super().__init__(check)
        self.check = check


@dataclass(frozen=True, slots=True)
class AttestedApp:
    """The app whose keys count.

    Attributes:
        roots: where a chain must end.
        package: its name, such as `cn.example.jiazheng`.
        signer: SHA-256 of the certificate that the package is signed with.
        revoked: serial numbers of certificates whose keys leaked.
    """

    roots: tuple[x509.Certificate, ...]
    package: str
    signer: bytes
    revoked: frozenset[int] = frozenset()

    @classmethod
    def read(cls, roots: Path, package: str, signer_sha256: str, revoked: Path | None) -> Self:
        """The app, with the roots of a PEM file, and what a file in the form of Google's status list revokes.

        Raises:
            ValueError, OSError: a file or the digest cannot be read.
        """
        entries = json.loads(revoked.read_bytes())["entries"] if revoked else {}
        return cls(
            tuple(x509.load_pem_x509_certificates(roots.read_bytes())),
            package,
            bytes.fromhex(signer_sha256),
            frozenset(int(serial, 16) for serial in entries),
        )

    def require_attested(
        self, chain: Sequence[bytes], challenge: bytes, at: datetime
    ) -> ec.EllipticCurvePublicKey:
        """The key of a chain's first certificate (DER, leaf first), if this app made it for a challenge.

        Raises:
            NotAttested: a check failed.
        """
        if not 2 <= len(chain) <= LONGEST_CHAIN:
            raise NotAttested("chain")
        try:
            certificates = [x509.load_der_x509_certificate(octets) for octets in chain]
            key = certificates[0].public_key()
            description = self._description(certificates, at)
        except KeyDescriptionBroken as error:
            raise NotAttested("extension") from error
        except BROKEN as error:
            raise NotAttested("chain") from error
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise NotAttested("key")
        self._require_of_app(description, challenge)
        return key

    def _description(self, chain: list[x509.Certificate], at: datetime) -> KeyDescription:
        """What the hardware says in the leaf; its maker vouches for the hardware."""
        try:
            path = _verifier(self.roots, at).verify(chain[0], chain[1:]).chain
        except verification.VerificationError as error:
            raise NotAttested("chain") from error
        if any(certificate.serial_number in self.revoked for certificate in path):
            raise NotAttested("revoked")
        said, *of_issuers = (_extension_of(certificate) for certificate in path)
        if said is None or of_issuers.count(None) < len(of_issuers):  # what was attested vouches for nothing
            raise NotAttested("extension")
        return parse_key_description(said)

    def _require_of_app(self, key: KeyDescription, challenge: bytes) -> None:
        wanted = Application((self.package,), (self.signer,))
        checks = {
            "challenge": key.challenge == challenge,
            "security_level": SOFTWARE not in key.security_levels,
            "purpose": key.hardware.get(PURPOSE) == SIGNS_ONLY,
            "origin": key.hardware.get(ORIGIN) == GENERATED,
            "all_applications": ALL_APPLICATIONS not in {*key.software, *key.hardware},
            "boot": _boot(key) == VERIFIED,
            "application": _application(key) == wanted,
        }
        for check, is_good in checks.items():
            if not is_good:
                raise NotAttested(check)


def _boot(key: KeyDescription) -> Boot | None:
    """As the hardware says it: the system could claim anything."""
    try:
        return parse_boot(key.hardware.get(ROOT_OF_TRUST, b""))
    except KeyDescriptionBroken:
        return None


def _application(key: KeyDescription) -> Application | None:
    """As the system says it, which the hardware knows to be the maker's."""
    try:
        return parse_application(key.software.get(APPLICATION_ID, b""))
    except KeyDescriptionBroken:
        return None


def _extension_of(certificate: x509.Certificate) -> bytes | None:
    for extension in certificate.extensions:
        if extension.oid == KEY_DESCRIPTION and isinstance(extension.value, x509.UnrecognizedExtension):
            return extension.value.value
    return None


def _verifier(roots: Sequence[x509.Certificate], at: datetime) -> verification.ClientVerifier:
    """RFC 5280, without the names and key identifiers that phones' certificates lack.

    That every issuer is a CA is what keeps an attested key, which signs anything, from being an issuer.
    """
    leaf = verification.ExtensionPolicy.permit_all()
    issuer = (
        verification.ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, verification.Criticality.AGNOSTIC, _require_ca)
        .may_be_present(x509.KeyUsage, verification.Criticality.AGNOSTIC, _require_issuing)
    )
    return (
        verification.PolicyBuilder()
        .store(verification.Store(list(roots)))
        .time(at)
        .extension_policies(ca_policy=issuer, ee_policy=leaf)
        .build_client_verifier()
    )


def _require_ca(_: verification.Policy, __: x509.Certificate, constraints: x509.BasicConstraints) -> None:
    if not constraints.ca:
        raise ValueError("the issuer is no CA")


def _require_issuing(_: verification.Policy, __: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("the issuer's key is for something else")

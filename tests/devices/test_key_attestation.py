"""A key counts if our app made it, in the hardware of a phone that is as its maker made it."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from devices.key_attestation import NotAttested
from jiazheng.demo.doubles.secure_hardware import HONEST, SINCE, UNTIL, Description, SecureHardware
from tests.controls.captures import our_app, phone
from tests.controls.moments import NOON

CHALLENGE = "the challenge"
GIVEN = hashlib.sha256(CHALLENGE.encode()).digest()
KEY = ec.generate_private_key(ec.SECP256R1())
AN_INSTANT = timedelta(seconds=1)


def der(chain: list[x509.Certificate]) -> list[bytes]:
    return [certificate.public_bytes(Encoding.DER) for certificate in chain]


def checked(chain: list[x509.Certificate]) -> str:
    """Which check fails."""
    with pytest.raises(NotAttested) as refused:
        our_app().require_attested(der(chain), GIVEN, NOON)
    return refused.value.check


@pytest.mark.parametrize("level", [1, 2], ids=["trusted environment", "StrongBox"])
@pytest.mark.parametrize("version", [3, 4, 100, 200, 300, 400])
def test_the_key_of_an_honest_phone_counts(level: int, version: int) -> None:
    says = replace(HONEST, attested_by=level, kept_by=level, version=version)
    chain = der(phone().attested(KEY, CHALLENGE, says))
    found = our_app().require_attested(chain, GIVEN, NOON)
    assert found.public_numbers() == KEY.public_key().public_numbers()


@pytest.mark.parametrize(
    ("says", "check"),
    [
        (replace(HONEST, challenge=b"another"), "challenge"),
        (replace(HONEST, attested_by=0), "security_level"),
        (replace(HONEST, kept_by=0), "security_level"),
        (replace(HONEST, purposes=(2, 3)), "purpose"),
        (replace(HONEST, purposes=(7,)), "purpose"),
        (replace(HONEST, purposes=()), "purpose"),
        (replace(HONEST, origin=2), "origin"),
        (replace(HONEST, origin=1), "origin"),
        (replace(HONEST, all_applications=True), "all_applications"),
        (replace(HONEST, is_locked=False), "boot"),
        (replace(HONEST, boot_state=1), "boot"),
        (replace(HONEST, boot_state=2), "boot"),
        (replace(HONEST, boot_state=3), "boot"),
        (replace(HONEST, packages=("cn.example.other",)), "application"),
        (replace(HONEST, packages=(*HONEST.packages, "cn.example.other")), "application"),
        (replace(HONEST, packages=()), "application"),
        (replace(HONEST, signers=(b"x" * 32,)), "application"),
        (replace(HONEST, signers=(*HONEST.signers, b"x" * 32)), "application"),
    ],
)
def test_a_key_that_is_described_otherwise_does_not_count(says: Description, check: str) -> None:
    assert checked(phone().attested(KEY, CHALLENGE, says)) == check


def test_what_only_the_system_claims_of_the_boot_does_not_count() -> None:
    # given a description whose lists changed places
    found = phone().attested(KEY, CHALLENGE, replace(HONEST, swaps_lists=True))
    # then nothing that the hardware must say is there
    assert checked(found) == "purpose"


@pytest.mark.parametrize(
    "pick",
    [
        lambda chain: chain[:0],
        lambda chain: chain[:1],
        lambda chain: [chain[0], chain[2]],
        lambda chain: chain[1:],
        lambda chain: [chain[0], *chain[1:] * 4],
    ],
    ids=["nothing", "leaf alone", "a gap", "no leaf", "too long"],
)
def test_a_chain_that_is_not_whole_is_refused(
    pick: Callable[[list[x509.Certificate]], list[x509.Certificate]],
) -> None:
    assert checked(pick(phone().attested(KEY, CHALLENGE))) in {"chain", "extension"}


def test_the_root_need_not_come_along() -> None:
    chain = der(phone().attested(KEY, CHALLENGE))[:-1]
    our_app().require_attested(chain, GIVEN, NOON)


def test_another_maker_s_root_is_refused() -> None:
    assert checked(SecureHardware().attested(KEY, CHALLENGE)) == "chain"


def test_certificates_hold_by_the_clock_that_is_passed_in() -> None:
    # given a chain whose issuers are valid for a time
    chain = der(phone().attested(KEY, CHALLENGE))
    our_app().require_attested(chain, GIVEN, UNTIL)
    # then it is refused before and afterwards
    for at in (SINCE - AN_INSTANT, UNTIL + AN_INSTANT):
        with pytest.raises(NotAttested, match="chain"):
            our_app().require_attested(chain, GIVEN, at)


def test_an_intermediate_that_has_expired_is_refused() -> None:
    old = SecureHardware(until=NOON - AN_INSTANT)
    app = replace(our_app(), roots=(old.root,))
    with pytest.raises(NotAttested, match="chain"):
        app.require_attested(der(old.attested(KEY, CHALLENGE)), GIVEN, NOON)


def test_a_revoked_certificate_is_refused() -> None:
    app = replace(our_app(), revoked=frozenset({phone().batch.serial_number}))
    with pytest.raises(NotAttested, match="revoked"):
        app.require_attested(der(phone().attested(KEY, CHALLENGE)), GIVEN, NOON)


def test_a_key_in_hardware_vouches_for_no_other_key() -> None:
    # given a key in software with a description of its own making, signed by a key that was truly attested
    _, chain = phone().attested_by_own_key(CHALLENGE)
    # then that one is no issuer
    assert checked(chain) == "chain"
    # and if a maker let it be one, it has been attested itself
    _, chain = phone().attested_by_own_key(CHALLENGE, is_issuer=True)
    assert checked(chain) == "extension"


def test_a_key_of_another_curve_does_not_count() -> None:
    assert checked(phone().attested(ec.generate_private_key(ec.SECP384R1()), CHALLENGE)) == "key"


def test_a_certificate_of_a_version_that_there_is_not_is_refused() -> None:
    version = b"\xa0\x03\x02\x01"
    odd = [octets.replace(version + b"\x02", version + b"\x07", 1) for octets in HONEST_CHAIN]
    with pytest.raises(NotAttested, match="chain"):
        our_app().require_attested(odd, GIVEN, NOON)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # which is not positive
@given(st.integers(0, 2), st.data())
def test_a_damaged_certificate_is_refused(number: int, data: st.DataObject) -> None:
    # given a chain with one octet changed
    chain = HONEST_CHAIN.copy()
    signed = x509.load_der_x509_certificate(chain[number]).tbs_certificate_bytes
    place = data.draw(st.integers(0, len(chain[number]) - 1))
    other = chain[number][place] ^ data.draw(st.integers(1, 255))
    chain[number] = chain[number][:place] + bytes([other]) + chain[number][place + 1 :]
    # then it is refused, unless what was signed is the same, or it is the root, which the system has itself
    try:
        our_app().require_attested(chain, GIVEN, NOON)
    except NotAttested:
        return
    assert number == 2 or x509.load_der_x509_certificate(chain[number]).tbs_certificate_bytes == signed


@given(st.lists(st.binary(max_size=100), max_size=4))
def test_whatever_comes_as_a_chain_is_refused(chain: list[bytes]) -> None:
    with pytest.raises(NotAttested):
        our_app().require_attested(chain, GIVEN, NOON)


HONEST_CHAIN = der(phone().attested(KEY, CHALLENGE))

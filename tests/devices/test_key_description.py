"""The extension of an attestation certificate: read whatever the version, and never trusted to be one."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from devices.key_description import (
    APPLICATION_ID,
    ORIGIN,
    PURPOSE,
    ROOT_OF_TRUST,
    Application,
    Boot,
    KeyDescriptionBroken,
    context_tag,
    parse_application,
    parse_boot,
    parse_key_description,
)
from jiazheng.demo.doubles.secure_hardware import (
    BOOLEAN,
    ENUMERATED,
    HONEST,
    OCTETS,
    PACKAGE,
    SEQUENCE,
    SIGNER,
    number,
    tagged,
    tlv,
)

GOOD = replace(HONEST, challenge=b"challenge", attested_by=2).der()


def described(*hardware: bytes) -> bytes:
    """A description with a hardware list of one's own."""
    level = tlv(ENUMERATED, b"\x01")
    lists = tlv(SEQUENCE), tlv(SEQUENCE, *hardware)
    return tlv(SEQUENCE, number(4), level, number(4), level, tlv(OCTETS, b"c"), tlv(OCTETS), *lists)


def test_it_says_where_the_key_is_and_what_it_is_for() -> None:
    found = parse_key_description(GOOD)
    assert (found.security_levels, found.challenge) == ((2, 1), b"challenge")
    assert (found.hardware[PURPOSE], found.hardware[ORIGIN]) == (b"\x31\x03\x02\x01\x02", b"\x02\x01\x00")
    assert parse_boot(found.hardware[ROOT_OF_TRUST]) == Boot(is_locked=True, state=0)
    assert parse_application(found.software[APPLICATION_ID]) == Application((PACKAGE,), (SIGNER,))


@pytest.mark.parametrize(
    ("tag", "octets"), [(1, "a1"), (10, "aa"), (600, "bf8458"), (704, "bf8540"), (709, "bf8545")]
)
def test_tags_are_those_of_the_schema(tag: int, octets: str) -> None:
    # given tags as phones have sent them
    assert context_tag(tag) == bytes.fromhex(octets)


def test_unknown_properties_in_any_order_do_no_harm() -> None:
    found = parse_key_description(
        described(tagged(9999, number(7)), tagged(702, number(0)), tagged(405, b"?"))
    )
    assert found.hardware[ORIGIN] == number(0)


def test_a_property_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(KeyDescriptionBroken):
        parse_key_description(described(tagged(702, number(2)), tagged(702, number(0))))


def test_the_hash_of_what_was_booted_came_with_version_3() -> None:
    older = tlv(SEQUENCE, tlv(OCTETS, b"key"), tlv(BOOLEAN, b"\xff"), tlv(ENUMERATED, b"\x01"))
    assert parse_boot(older) == Boot(is_locked=True, state=1)


@pytest.mark.parametrize("boot", [b"", b"\x01\x01\xff", tlv(SEQUENCE, tlv(OCTETS), tlv(BOOLEAN, b"\x01"))])
def test_a_boot_that_is_none_is_refused(boot: bytes) -> None:
    with pytest.raises(KeyDescriptionBroken):
        parse_boot(boot)


def test_a_package_is_text() -> None:
    name = tlv(SEQUENCE, tlv(OCTETS, b"\xff"), number(1))
    with pytest.raises(KeyDescriptionBroken):
        parse_application(tlv(OCTETS, tlv(SEQUENCE, tlv(b"\x31", name), tlv(b"\x31"))))


@given(st.binary(max_size=200))
@example(GOOD + b"\0")
@example(b"\x30\x80\x00\x00")
@example(described(b"\x30" * 50))
def test_whatever_comes_is_a_description_or_refused(octets: bytes) -> None:
    for parse in (parse_key_description, parse_boot, parse_application):
        try:
            parse(octets)
        except KeyDescriptionBroken:
            continue


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_description_with_another_octet_is_a_description_or_refused(place: int, other: int) -> None:
    damaged = GOOD[:place] + bytes([GOOD[place] ^ other]) + GOOD[place + 1 :]
    try:
        found = parse_key_description(damaged)
        parse_boot(found.hardware.get(ROOT_OF_TRUST, b""))
        parse_application(found.software.get(APPLICATION_ID, b""))
    except KeyDescriptionBroken:
        pass

from domain.rejections import Reason
from tests.controls import aggregates
from tests.controls.moments import KIOSK, TAX_OFFICE, refused


def test_a_provider_has_the_keys_and_types_it_was_registered_with() -> None:
    provider = aggregates.provider()
    assert provider.id == TAX_OFFICE
    assert provider.key("2026") == aggregates.PUBLIC_KEY
    provider.require_record_type("tax")


def test_an_unknown_key_signs_nothing() -> None:
    with refused(Reason.SIGNER_UNKNOWN):
        aggregates.provider().key("2025")


def test_a_provider_submits_only_its_own_types() -> None:
    with refused(Reason.SIGNER_UNKNOWN):
        aggregates.provider().require_record_type("health")


def test_a_kiosk_has_a_site_and_a_key() -> None:
    kiosk = aggregates.kiosk()
    assert kiosk.id == KIOSK
    assert (kiosk.site, kiosk.public_key) == ("朝阳区政务服务中心", aggregates.PUBLIC_KEY)

"""A role tells its metrics where it is asked to, and the doctor tells how far the read models are behind."""

import httpx
import pytest

from jiazheng import doctor
from jiazheng.embedded.waiting import wait_until
from jiazheng.settings import Settings
from jiazheng.system import ConfigurationError, free_port, metrics_port_of
from ledger.clock import system_clock
from ledger.credit_ledger import CreditLedger
from projections.catalogue import BY_NAME, followers
from projections.runner import catch_up
from tests.controls.people import registered_worker
from tests.controls.roles import environment, role


def _metrics(port: int) -> str:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    except httpx.TransportError:
        return ""


def test_a_role_tells_lag_rate_and_appends_and_nothing_of_anybody(
    ledger: CreditLedger, settings: Settings
) -> None:
    # given somebody who registered, and the role of the read models with a port for metrics
    person, port = registered_worker(ledger, system_clock), free_port(0)
    with role("project", settings, JIAZHENG_METRICS_PORT=str(port)):
        # when it has handled everything
        caught_up = 'jiazheng_follower_lag_events{follower="trail"} 0.0'
        assert wait_until(lambda: caught_up in _metrics(port), 30)
        told = _metrics(port)
    # then it says how much, how fast, and how many errors, and names followers only
    handled = sum(ledger.event_log.heads().values())
    assert f'jiazheng_follower_events_total{{follower="trail"}} {handled:.1f}' in told
    assert 'jiazheng_follower_batch_seconds_count{follower="employment"}' in told
    assert "jiazheng_append_saves_bucket" in told
    assert str(person.subject) not in told


def test_without_a_port_nothing_listens(settings: Settings) -> None:
    assert settings.metrics_port is None
    assert metrics_port_of(2) == {}


def test_each_role_of_a_machine_has_a_port_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIAZHENG_METRICS_PORT", "9100")
    assert [metrics_port_of(nth)["JIAZHENG_METRICS_PORT"] for nth in range(3)] == ["9100", "9101", "9102"]


def test_a_port_that_is_no_number_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIAZHENG_METRICS_PORT", "http")
    with pytest.raises(ConfigurationError, match="JIAZHENG_METRICS_PORT has to be the number of a port"):
        metrics_port_of(0)


def _read_models() -> list[doctor.Finding]:
    return [finding for finding in doctor.examine() if finding.what.startswith("read model")]


def test_the_doctor_tells_the_lag_of_each_read_model(
    ledger: CreditLedger, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given events that no read model has handled yet
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    registered_worker(ledger, system_clock)
    behind = sum(ledger.event_log.heads().values())
    # when the doctor looks, before and after
    before = _read_models()
    catch_up(followers(ledger))
    after = _read_models()
    # then it tells how many
    assert [finding.what for finding in before] == [
        f"read model {n}: {behind} events behind" for n in BY_NAME
    ]
    assert [finding.what for finding in after] == [f"read model {n}: 0 events behind" for n in BY_NAME]


def test_a_read_model_far_behind_is_not_in_order(
    ledger: CreditLedger, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    registered_worker(ledger, system_clock)
    monkeypatch.setattr(doctor, "TOLERATED_LAG_EVENTS", 0)
    assert not any(finding.is_good for finding in _read_models())
    catch_up(followers(ledger))
    assert all(finding.is_good for finding in _read_models())

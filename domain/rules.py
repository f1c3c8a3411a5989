"""The numbers of the specification: each a named setting, handed to the aggregates."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force, by default those of the specification."""

    check_in_period: timedelta = timedelta(days=30)
    reminders_before: tuple[timedelta, ...] = (timedelta(days=7), timedelta(days=1))
    face_attempts_per_hour: int = 5
    face_challenge_ttl: timedelta = timedelta(seconds=60)
    certificate_code_ttl: timedelta = timedelta(seconds=60)
    prompt_ttl: timedelta = timedelta(seconds=120)
    disclosure_ttl: timedelta = timedelta(minutes=30)
    consumer_prompts_per_hour: int = 20
    consumer_prompts_of_one_worker_per_hour: int = 5
    refused_scans_per_hour: int = 20
    provisional_claim_ttl: timedelta = timedelta(days=7)
    sms_code_ttl: timedelta = timedelta(minutes=5)
    sms_code_tries: int = 5
    sms_interval: timedelta = timedelta(seconds=60)
    sms_per_day: int = 10
    requests_per_address_minute: int = 600
    requests_per_account_minute: int = 240
    sms_codes_per_address_hour: int = 60
    sign_ins_per_address_hour: int = 300
    refreshes_per_address_hour: int = 6_000
    registrations_per_address_hour: int = 60
    credit_records_per_address_minute: int = 600
    letter_pdfs_per_account_hour: int = 20
    card_relays_per_account_hour: int = 20
    open_streams_per_account: int = 10
    passcode_tries: int = 5
    passcode_pause: timedelta = timedelta(minutes=15)
    second_factor_ttl: timedelta = timedelta(minutes=5)
    known_device_ttl: timedelta = timedelta(days=365)
    identity_fresh: timedelta = timedelta(minutes=10)
    access_token_ttl: timedelta = timedelta(minutes=15)
    refresh_token_ttl: timedelta = timedelta(days=30)
    staff_session_ttl: timedelta = timedelta(hours=12)
    presence_attempts_per_hour: int = 5
    presence_request_ttl: timedelta = timedelta(minutes=10)
    presence_proof_ttl: timedelta = timedelta(minutes=10)
    presence_refusals: int = 5
    unknown_presence_codes_per_hour: int = 20
    identity_challenge_ttl: timedelta = timedelta(minutes=10)
    handover_code_ttl: timedelta = timedelta(minutes=10)
    handover_session_ttl: timedelta = timedelta(minutes=10)
    staff_enrolment_ttl: timedelta = timedelta(days=7)
    delayed_look_shown_after: timedelta = timedelta(days=90)
    profile_saves_per_day: int = 100
    active_workers_shown_from: int = 10
    statistics_shown_from: int = 10

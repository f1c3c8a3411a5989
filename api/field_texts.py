"""What the fields of the API mean: one text for a name, since a name means the same wherever it stands.

`api.document` puts a text where the field's own declaration has none. `Shape.field` is for what is different
in one shape. A field without any text fails a test.
"""

from dataclasses import dataclass

from domain.assurance import ASSURANCES, LEAST_ASSURANCE
from domain.credit_record import RECORD_TYPES
from domain.letter import SCOPES
from domain.staff import STAFF_ROLES


@dataclass(frozen=True, slots=True)
class Said:
    """A field's text, an example, and all values that it can have where they are few.

    The values of a list are those of its items.
    """

    text: str
    example: object = None
    values: tuple[str, ...] = ()


INSTANT = "2026-03-02T01:00:00Z"
DAY = "2026-03-02"
AN_ID = "3f0c8c1e-6f2b-8a41-9d0e-0b6f3c9a7d15"
PLACE = "12.345"
OPAQUE = "mZ0bq0v9Q2u1t8w3Xy5kRg"
JWS = "eyJhbGciOiJFZERTQSIsImtpZCI6IjIwMjYtYSJ9.e30.c2lnbmF0dXJl"
A_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
CREDENTIAL = {"id": "…", "rawId": "…", "type": "public-key", "response": {"clientDataJSON": "…"}}
KIOSK_KINDS = ("kiosk", "certified_reader")
SIGNER_STATUS = ("proposed", "in_force", "withdrawn")
EMPLOYMENT = ("chosen", "confirmed", "employed", "left", "refused", "ended")
EMPLOYMENT_TEXT = (
    "`chosen`: the enterprise has not answered; `confirmed`: the registration is not complete yet; "
    "`employed` 在职; `left` 离职, until the next check-in; `refused` by the enterprise; "
    "`ended` by either side"
)
PROOF_STATUS = ("waiting", "usable", "used", "expired")
LETTER_STATUS = ("signed", "in_force", "outdated", "revoked", "replaced")
LETTER_TEXT = (
    "`signed`: waits for the face check; `in_force`; `outdated`: sign the new text; `revoked`; "
    "`replaced`: another one was authorized, or signed while this one waited"
)

FIELDS: dict[str, Said] = {
    # of every list and answer
    "items": Said("the rows of this page"),
    "next": Said("send it as `cursor` for the following page; `null`: there is none", "WyIyMDI2Il0="),
    "cursor": Said("`next` of the page before", "WyIyMDI2Il0="),
    "limit": Said("rows in a page", 20),
    "done": Said("the command was carried out"),
    "id": Said("of what was registered", AN_ID),
    "status": Said("how far it is"),
    "at": Said("when it happened", INSTANT),
    "since": Said("since when it is so", INSTANT),
    "expires_at": Said("until when it can be used", INSTANT),
    "position": Said("where its event lies in the log", PLACE),
    "version": Said("which version of the text it is", "2026-01"),
    "text": Said("the whole text, plain"),
    "text_sha256": Said(
        "SHA-256 of the text in UTF-8, 64 hexadecimal digits; it says which text was shown", A_SHA256
    ),
    "etag": Said("the version; the next change sends it as `If-Match`", '"v3"'),
    "reason": Said("what for, in the authority's words", "家政服务质量提升行动表现突出"),
    "kind": Said("奖励, 处罚, 红名单, 黑名单", "award"),
    # people and their accounts
    "subject_id": Said("the person; random, it tells nothing", AN_ID),
    "name": Said("the name", "王芳"),
    "id_number": Said("18 characters, in any spelling", "11010519491231002X"),
    "MeOut.id_number": Said("masked", "1****************X"),
    "MyLetterOut.id_number": Said("masked", "1****************X"),
    "MeOut.phone": Said("masked", "138****8000"),
    "id_number_state": Said(
        "`provisional`: no card was read yet, it lapses after seven days; `proven` by a card; "
        "`lost` to whoever proved it"
    ),
    "identity_assurance": Said("where the identity was verified; `null`: nowhere yet", "kiosk", ASSURANCES),
    "face_consent": Said("whether the separate consent to face checks is in force"),
    "letter_scopes": Said("the scopes of the authorization letter in force", None, SCOPES),
    "registration_complete": Said("whether the person is registered as a worker to the end"),
    "MeOut.role": Said("what the account can do", "worker", ("worker", "consumer")),
    "sex": Said("as the ID number tells", "female", ("female", "male")),
    "birth_date": Said("as the ID number tells", "1949-12-31"),
    "sms_code": Said("the code sent to the account's phone just now", "042917"),
    "old_sms_code": Said("the code sent to the old phone; without it the identity is proven in another way"),
    "passcode": Said("6 to 32 characters", "snow pear 27"),
    "current_passcode": Said("the passcode so far, of whoever has one", "snow pear 27"),
    "has_passcode": Said("whether the person has set a passcode"),
    "tokens": Said("the session that began with it"),
    # sessions
    "access_token": Said("for `Authorization: Bearer`; opaque", OPAQUE),
    "access_expires_at": Said("refresh before", INSTANT),
    "refresh_token": Said("for the next refresh, and for that alone; opaque", OPAQUE),
    "refresh_expires_at": Said("sign in anew after", INSTANT),
    "ends_at": Said("when the session ends at the latest", INSTANT),
    "session_id": Said("the session", AN_ID),
    "device_id": Said("the known device; `null`: none", AN_ID),
    "device": Said("what the person signed in with, as the app named it", "Pixel 9"),
    "KnownDeviceOut.name": Said("as the app named it", "Pixel 9"),
    "started_at": Said("when somebody signed in", INSTANT),
    "registered_at": Said("since when it is known", INSTANT),
    "last_used_at": Said("when it was used last", INSTANT),
    "is_current": Said("whether this request came with it"),
    "ticket": Said("of the answer `second-factor-needed`; for five minutes", OPAQUE),
    "recovery_ticket": Said("of `POST /v1/recovery-requests`; it goes with the same phone alone", OPAQUE),
    "RecoveryOut.code": Said("to show at the counter; eight digits", "04917263"),
    "RecoveryOut.challenge": Said("to be signed by a kiosk together with the card it read", OPAQUE),
    "challenge": Said("to be signed; opaque, for one use", OPAQUE),
    "device_token": Said("of a known device; opaque", OPAQUE),
    "card_reading": Said("compact JWS of a kiosk or certified reader, or what a relay ended with", JWS),
    "RelayTurnOut.card_reading": Said(
        "opaque; at the end of a relay, else `null`. Send it where a `card_reading` is asked for, within ten "
        "minutes of the challenge",
        f"relayed:1.1.{OPAQUE}.{OPAQUE}",
    ),
    "CardIn.challenge": Said("of `POST /v1/identity-challenges`", OPAQUE),
    "atqb": Said("the card's answer to REQB, hexadecimal, 12 bytes or more", "5000000000d103860c008080"),
    "uid": Said("what the card answers to `0036000008`, hexadecimal, without its status", "04a1b2c3d4e5f607"),
    "relay_id": Said("the relay", AN_ID),
    "turn": Said("counts the APDUs of a relay from 1; an answer names the turn of its APDU", 1),
    "apdu": Said("for the card, as it is, hexadecimal; `null`: the relay is at its end", "00a40000026002"),
    "answer": Said(
        "the card's answer with its two status bytes, hexadecimal; `null`: the card is gone",
        "9000",
    ),
    "enrolment_token": Said("both halves, joined by a dot", f"{OPAQUE}.{OPAQUE}"),
    "frames": Said(
        "8 to 40 pictures in their order, four to eight a second, not mirrored, of one face that does what "
        "the challenge asks for; JPEG, PNG or WebP, 480 to 640 pixels are enough"
    ),
    "face_challenge": Said("of `POST /v1/face-challenges`, for this step; a minute, for one attempt", OPAQUE),
    "actions": Said("what to do before the camera, one after the other", ["blink", "turn_left"]),
    "rp_id": Said("the relying party of WebAuthn", "localhost"),
    "credential": Said(
        "what the browser's `navigator.credentials` gave, as JSON (WebAuthn Level 3, `toJSON()`)", CREDENTIAL
    ),
    "platform": Said("whose push service wakes the phone", "huawei"),
    "PushTargetIn.token": Said("what the platform gave the app", OPAQUE),
    # proofs of presence
    "purpose": Said("the step that it is for", "check_in", tuple(LEAST_ASSURANCE)),
    "presence_proof": Said("the id of a proof for this step, in place of a face", AN_ID),
    "ProofOut.status": Said(
        "`waiting` for officers, `usable` once, `used` or `expired`", "usable", PROOF_STATUS
    ),
    "RequestOut.status": Said(
        "`waiting` for officers, `usable` once, `used` or `expired`", "waiting", PROOF_STATUS
    ),
    "confirmations": Said("how many officers have confirmed", 1),
    "officers_needed": Said("how many must", 2),
    "RequestOut.code": Said("to show at the counter; eight digits", "04917263"),
    "ConfirmationIn.code": Said("what the person shows; eight digits", "04917263"),
    "document_kind": Said("身份证, 临时身份证, 港澳台居民居住证, 外国人永久居留身份证"),
    "document_authority": Said("who issued the document (签发机关)", "北京市公安局朝阳分局"),
    "ConfirmationIn.valid_until": Said("its last day; `null`: for ever (长期)", "2036-05-01"),
    # handovers
    "handover_id": Said("the handover", AN_ID),
    "HandoverOut.code": Said("to type or scan on the borrowed device", "7G4K-2M9Q"),
    "RedemptionIn.code": Said("what the own phone shows", "7G4K-2M9Q"),
    # letters
    "scopes": Said("what is meant of the worker's data", None, SCOPES),
    "in_force_from": Said("from when on this text is signed", INSTANT),
    "supersedes_at": Said("from when on older letters no longer count; `null`: they do", INSTANT),
    "number": Said("which of one's letters: 1 is the first that was signed", 1),
    "signed_at": Said("when it was signed", INSTANT),
    "signed_position": Said("where the log holds the signature", PLACE),
    "authorized_at": Said("when it came into force; `null`: not yet", INSTANT),
    "authorized_position": Said("where the log holds the authorization", PLACE),
    "SignedLetterOut.ended_at": Said("when it was revoked or replaced; `null`: neither", INSTANT),
    "MyLetterOut.ended_at": Said("when it was revoked or replaced; `null`: neither", INSTANT),
    "valid_until": Said("when its text no longer counts; `null`: no such day is set", INSTANT),
    "to_authorize": Said("a letter that was signed and waits for the face check; `null`: none"),
    "SignedLetterOut.status": Said(LETTER_TEXT, "in_force", LETTER_STATUS),
    "MyLetterOut.status": Said(LETTER_TEXT, "in_force", LETTER_STATUS),
    # work
    "enterprise_id": Said("the enterprise", AN_ID),
    "enterprise_ids": Said("one to ten enterprises, all or none"),
    "enterprise_name": Said("its registered name; empty while the directory has not heard of it", "爱侬家政"),
    "EmploymentOut.status": Said(EMPLOYMENT_TEXT, "employed", EMPLOYMENT),
    "StaffedOut.status": Said(EMPLOYMENT_TEXT, "employed", EMPLOYMENT),
    "worker_id": Said("the worker", AN_ID),
    "worker_name": Said("masked, or `erased`", "王*"),
    "due_at": Said("when the next check-in is due; `null`: the registration is not complete", INSTANT),
    "overdue": Said("whether that is over: 离职, and the certificate discloses nothing"),
    "StaffingOut.confirmed": Said("workers whom the enterprise confirmed", 12),
    "employed": Said("of these, 在职"),
    "left": Said("of these, 离职", 1),
    "due_soon": Said("of the employed, those due within seven days", 2),
    "workers": Said("workers whom the city's enterprises confirmed", 120),
    "enterprises": Said("enterprises of the city", 30),
    "disclosures": Said("disclosures that its workers approved in the month", 44),
    # my information
    "page": Said("基本信息, 服务与学历, 保险, 从业经历, 培训考核"),
    "pages": Said("all five"),
    "percent": Said("of all fields that a complete profile has", 80),
    "from_id_number": Said("what nobody has to type"),
    "PageOut.etag": Said("what `If-Match` names when it is saved; `null`: it never was", '"v3"'),
    "PageOut.content": Said("the fields that are filled in; their shape is that of `PageIn`"),
    "standard": Said("where the list is from", "GB/T 3304-1991"),
    "names": Said("code and Chinese name, in order"),
    # certificate and disclosures
    "code": Said("opaque; the QR code holds it", OPAQUE),
    "disclosure_id": Said("the disclosure", AN_ID),
    "approved_scopes": Said("what the worker approved of it", None, SCOPES),
    "readable_until": Said("until when it can be read; `null`: it was not approved", INSTANT),
    "consumer_id": Said("the consumer", AN_ID),
    "consumer_name": Said("masked, or `erased`", "张*"),
    "digits": Said("the two digits on the consumer's screen", "47"),
    "choices": Said(
        "three pairs of digits, for the worker to pick from; `null` for the consumer", ["47", "77", "17"]
    ),
    "records": Said("by approved scope: what is known, from providers and by the worker's own word"),
    "steps": Said("what happened, in order"),
    "StepOut.what": Said(
        "`scan_refused`: the scan led to no prompt; the others as pushed",
        "approved",
        ("requested", "approved", "declined", "expired", "abandoned", "viewed", "ended", "scan_refused"),
    ),
    "because": Said(
        "of `declined`: `refused` or `digits_wrong`; of `scan_refused` the problem's code; else empty",
        "refused",
    ),
    "BasicOut.sex": Said("as the ID number tells", "female", ("female", "male")),
    "BasicOut.id_number": Said("masked", "1****************X"),
    "birth_year": Said("as the ID number tells", 1949),
    "native_province": Said("of the worker's own word (籍贯); `null`: not told", "四川省"),
    "verified": Said("whether a document has proven it"),
    "basic": Said("who the worker is"),
    "RecordsOut.identity": Said("what has proven it"),
    "tax": Said("税务, signed by providers"),
    "bank_credit": Said("人行征信, signed by providers"),
    "criminal_record": Said("背景核查, signed by providers"),
    "health": Said("健康, signed by providers"),
    "insurance": Said("what providers signed, and what the worker says"),
    "training": Said("what providers signed, and what the worker says"),
    # looks
    "who": Said("who looked"),
    "LookerOut.kind": Said("for whom somebody looked"),
    "shown_at": Said("from when on the person is shown it", INSTANT),
    "LookOut.what": Said(
        "`disclosure` of approved scopes; `employments`: an enterprise's list; "
        "`presence`: at an officer's counter; `trail`, `authorization`: at the regulator's desk",
        "disclosure",
        ("disclosure", "employments", "presence", "trail", "authorization"),
    ),
    "basis": Said("the legal basis; `null`: the person had approved it", "《个人信息保护法》第十三条"),
    # enterprises
    "uscc": Said("统一社会信用代码, 18 characters (GB 32100)", "91110105MA0000000Y"),
    "EnterpriseOut.status": Said("在营, 停业, 注销", "operating"),
    "EnterpriseDetail.status": Said("在营, 停业, 注销", "operating"),
    "EnterpriseOut.name": Said("企业名称, as registered", "北京爱侬养老服务股份有限公司"),
    "EnterpriseDetail.name": Said("企业名称, as registered", "北京爱侬养老服务股份有限公司"),
    "brand": Said("品牌; empty: none is known", "爱侬"),
    "province": Said("省份, written out", "北京市"),
    "city": Said("城市, of a municipality the district, written out", "朝阳区"),
    "active_workers": Said("在职 workers; `null`: fewer than ten", 37),
    "awards": Said("奖励: the twenty newest"),
    "penalties": Said("处罚: the twenty newest"),
    "red_list": Said("红名单: the twenty newest"),
    "black_list": Said("黑名单: the twenty newest"),
    "entry_id": Said("the entry", AN_ID),
    "authority": Said("who decided", "北京市商务局"),
    "document_number": Said("文号 of the decision", "京商服〔2026〕7号"),
    "decided_on": Said("the day of the decision", DAY),
    "lifted": Said("the later decision that lifted it; `null`: it stands"),
    # announcements
    "announcement_id": Said("the announcement", AN_ID),
    "category": Said("最新动态, 政策措施, 通知公告", "notice"),
    "title": Said("one line", "关于家政服务员每月签到的通知"),
    "source": Said("who issued it; may be empty", "商务部"),
    "body": Said(
        "plain text, in which nothing is markup; lines end with a line feed",
        "各家政企业:\n请提醒家政服务员每月签到。",
    ),
    "effective_on": Said("from which day it holds; `null`: none is told", DAY),
    "published_at": Said("when it was published", INSTANT),
    "revised_at": Said("when its content was replaced last; `null`: never", INSTANT),
    # imports of the list
    "import_id": Said("the import", AN_ID),
    "ImportOut.status": Said("`running` until every line was read"),
    "lines": Said("of the file, its header among them", 1_000_001),
    "read_lines": Said("of these, the lines read so far: the progress", 420_001),
    "accepted": Said("lines that were taken over or said what was known", 419_987),
    "changed": Said("of these, those that put an enterprise on the list or changed one", 12),
    "unchanged": Said("of these, those that said what was known already", 419_975),
    "rejected": Said("lines that were not taken over; the report has them", 13),
    "requested_at": Said("when the file was handed in", INSTANT),
    "finished_at": Said("when the last line was read; `null`: not yet", INSTANT),
    # staff
    "staff_id": Said("the member of staff", AN_ID),
    "StaffOut.role": Said("the role", "operator", STAFF_ROLES),
    "ProposalIn.role": Said("the role"),
    "StaffOut.enterprise_id": Said("of an operator; `null` for others", AN_ID),
    "ProposalIn.enterprise_id": Said("of an operator, and of nobody else", AN_ID),
    "StaffOut.status": Said(
        "`proposed`: waits for a second one", "granted", ("proposed", "granted", "withdrawn")
    ),
    "proposed_by": Said("who proposed it, such as `staff:<id>`", f"staff:{AN_ID}"),
    "proposed_at": Said("when", INSTANT),
    "withdrawal_proposed_by": Said("who proposed to withdraw it; `null`: nobody", f"staff:{AN_ID}"),
    "enrolment_token_half": Said("one half of the person's enrolment token; opaque, for seven days", OPAQUE),
    # providers and kiosks
    "provider_id": Said("the data provider", AN_ID),
    "ProviderIn.name": Said("what the provider is called", "国家税务总局"),
    "ProviderOut.name": Said("what the provider is called", "国家税务总局"),
    "site": Said("where the machine stands, or who carries it", "朝阳区政务服务中心一层"),
    "record_types": Said("what the provider may submit", None, RECORD_TYPES),
    "proposed_record_types": Said("what waits for a second administrator", None, RECORD_TYPES),
    "registered_by": Said("who registered it, such as `staff:<id>`", f"staff:{AN_ID}"),
    "keys": Said("its public keys"),
    "KeyOut.status": Said("what it can sign", "in_force", ("proposed", "in_force", "retired")),
    "ProviderOut.status": Said("whether it can sign", "in_force", SIGNER_STATUS),
    "KioskIn.kind": Said("what sort of machine", "kiosk", KIOSK_KINDS),
    "KioskOut.kind": Said("what sort of machine", "kiosk", KIOSK_KINDS),
    "KioskOut.status": Said("whether it can sign", "in_force", SIGNER_STATUS),
    "ProviderIn.keys": Said("public keys by `kid`, one to ten"),
    "kid": Said("the name of the key, as the JWS header has it", "2026-a"),
    "public_key": Said("a public JWK (RFC 7517)"),
    "thumbprint": Said("RFC 7638, SHA-256, base64url; compare it by telephone"),
    "kty": Said("`OKP` for EdDSA, `EC` for ES256", "OKP"),
    "crv": Said("`Ed25519` or `P-256`", "Ed25519"),
    "x": Said("base64url, without padding", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
    "y": Said("of an `EC` key alone; base64url, without padding"),
    "jws": Said("compact JWS (RFC 7515)", JWS),
    "RecordTypeOut.type": Said("as a submission names it", "tax", RECORD_TYPES),
    "RecordTypeOut.name": Said("its Chinese name", "税务"),
    "RecordTypeOut.version": Said("of its schema", 1),
    "RecordTypeOut.content": Said("JSON Schema (2020-12) of the content"),
    # the regulator's desk
    "month": Said("a month of Asia/Shanghai", "2026-03"),
    "instants": Said("one to twenty, in any order; with a time zone", [INSTANT]),
    "states": Said("in the order of the instants"),
    "signed_scopes": Said("of the letter last signed, in force or not", None, SCOPES),
    "authorized_scopes": Said("of the letter in force; empty: there was none", None, SCOPES),
    "employments": Said("by enterprise: `chosen`, `confirmed`, `refused` or `ended`"),
    "topic": Said("what kind of event it is", "jz.attendance.checked_in"),
    "actor": Said("who caused it: `person:<id>`, `staff:<id>`, `provider:<id>` or `system:<part>`"),
    "fields": Said("the fields of the event; a personal one reads `erased` once its person is"),
    # problems
    "type": Said("the code as a URI reference; resolves to nothing", "/problems/not-found"),
    "ProblemOut.title": Said("the same for all problems of this code"),
    "ProblemOut.status": Said("the HTTP status"),
    "ProblemOut.code": Said("decide by it: it is stable, and never used for another meaning", "not-found"),
    "detail": Said("what to do about it"),
    "field": Said("the field that is meant; a path such as `employers[2].until` in a page", "id_number"),
    "ProblemOut.at": Said("since when it is so, of `announcement-withdrawn`", INSTANT),
    # in paths
    "proof_id": Said("the proof", AN_ID),
    "kiosk_id": Said("the terminal", AN_ID),
    "Health.status": Said("`ok`", "ok", ("ok",)),
}

"""What operations have in common, for the head of the OpenAPI document: faces, cards, push, limits."""

from domain.assurance import CARD, FACE, LEAST_ASSURANCE, OFFICERS, PASSCODE, officers_needed
from domain.rules import Rules

_RULES = Rules()
_WAYS = (FACE, CARD, OFFICERS, PASSCODE)


def _cell(step: str, way: str) -> str:
    least = LEAST_ASSURANCE[step].get(way, "—")
    return least + (", two" if way == OFFICERS and officers_needed(step) > 1 else "")


def _table() -> str:
    """The table of `domain.assurance`: step, and of each way the least assurance."""
    head = [("`purpose`", *(f"`{way}`" for way in _WAYS)), ("---",) * (len(_WAYS) + 1)]
    rows = [(f"`{step}`", *(_cell(step, way) for way in _WAYS)) for step in LEAST_ASSURANCE]
    return "\n".join(f"| {' | '.join(row)} |" for row in (*head, *rows))


FACES = f"""
## Faces

1. Ask for the movements when the camera runs and the face is in the picture. `actions` come in an order that
   differs by person, step and hour; left and right are the person's own.
2. Show one after the other; the person looks ahead before, between and after them, turns the head by some 25
   degrees, closes both eyes for a second. Take about six pictures a second, not mirrored.
3. Send 8 to 40 `frames` in their order, as parts of that name of one `multipart/form-data`, each with a file
   name: JPEG, PNG or WebP, 480 to 640 pixels wide (4 megapixels at most), 1 MB each, 6 MB for the whole
   form; with the `face_challenge`, within a minute, and with a `capture` where the table asks for more than
   `web`. Do not keep them.

| Answer | What to do |
| --- | --- |
| 422 `photo-…` | tell the person what `detail` says; the challenge still holds, and no check is counted |
| 403 `face-not-live`, `face-not-matched` | ask for new movements, and try again |
| 403 `face-uncertain` | a kiosk or an officer |
| 403 `face-consent-missing` | the consent first, or one of `ways`; the challenge is given without it |
| 403 `assurance-too-low`, `capture-mismatch` | the `capture` is missing, or of other frames |
| 410 `face-challenge-expired` | too late, used, or another step's: ask for new movements |
| 429 `face-too-many-attempts` | at `again_at` again, or another way |
| 503 `face-check-busy` | the same request again, under its key, while the challenge holds |

Five checks an hour, passed or failed. Which way leads through which step, and the least assurance of
whoever took the pictures, read the card or saw the document (`web` < `attested_app` < `kiosk` < `officer`;
— is no way):

{_table()}

`card_code_passcode` is the ID card at a kiosk, an SMS code and the passcode. A new phone number takes the old
one's code, too, or an identity verified in the last ten minutes. Passcode and cancellation ask only whoever
has a second factor for one (403 `second-factor-missing`).
"""

CARDS = """
## The card

A `card_reading` is for one `challenge` of `POST /v1/identity-challenges` (ten minutes), and leads through one
step; where the face, the code or the passcode failed it may be sent again. It comes

* from a kiosk or a certified reader, which gets the challenge from the app and gives back a signed text
  (*Signed texts*). A reader proves the card and not the presence: no `presence_proof` comes of it;
* from a phone with NFC, which carries APDUs between the card and our decoder; bytes are hexadecimal.
  Activate the card (ISO/IEC 14443 type B) and ask its UID (`0036000008`); `POST /v1/card-relays`. Give `apdu`
  to the card as it is, `POST /v1/card-relays/{relay_id}/answers` with the same `turn` and what the card said,
  its two status bytes included; so on, 15 to 20 times, until there is a `card_reading`. Five seconds for an
  answer, the network included, twenty for all. Where the phone gives no ATQB (Android's `NfcB`), it is `50`,
  the identifier, the application data and the protocol info, in this order.

| Answer | What to do |
| --- | --- |
| 422 `card-unreadable`, 404 `card-relay-lost` | a new relay, from the activation on, for the same challenge |
| 409 `card-relay-out-of-turn` | a repetition belongs under its own key; the relay goes on |
| 503 `card-relay-busy` | again in a moment |
| 503 `card-decoder-unavailable` | the same request once more; then a kiosk or an officer |
| 403 `identity-mismatch`, `id-card-expired` | another person's card, or an old one |
| 410 `challenge-expired` | a new challenge and a new reading |
"""

PUSH = """
## Push

`GET /v1/push` is for an app that is open. A line that begins with a colon comes every 15 seconds; after 45
seconds without anything connect again. The stream ends when the access token does: refresh it, and connect
with the last `id` as `Last-Event-ID`; what was missed comes first, after `hello`. Without an `id`, or with
one that is none of ours, nothing is caught up: then ask `GET /v1/me/receipts`, where a receipt whose last
step is `requested` waits until `expires_at` of `GET /v1/disclosures/{disclosure_id}`. Between attempts to
connect wait a second, then two, four, at most thirty; after a 401 refresh at once.

Both parties hear each event, also of what they did themselves: a worker who scans hears
`disclosure.requested` as well, and is the consumer there (`choices` is `null`).

A closed app is woken through `POST /v1/push-targets`; send it again after each sign-in and whenever the
platform gives another token. The phone hears `what` (`disclosure.requested`, `.approved`, `.declined`,
`.expired`, `.ended`) and `about`, the `disclosure_id`, nothing of a person; ask the API. It may come late,
or twice.
"""

SIGNED = """
## Signed texts

Compact JWS (RFC 7515) with EdDSA or ES256; `aud` is the public address of the system, such as
`https://jiazheng.example`. A JSON object with exactly these claims:

* `card_reading`, of a kiosk or certified reader: `aud`, `challenge`, `kind` (the card's type flag: a space,
  `I`, `J` or `Y`), `text` (256 bytes) and `photo` (1024 bytes, both base64), `decoder` (its name),
  `transcript_sha256` (hexadecimal). The header's `kid` is the machine's id; of a further key `<id>/<kid>`.
* `capture`, of a kiosk: `aud`, `challenge` (the `face_challenge`), `frames_sha256` (a list: SHA-256 of each
  frame as it is sent, lower-case hexadecimal, in their order); `kid` as above.
* `capture`, of the app on Android: the same claims, ES256. Generate a P-256 key for this one capture in the
  Android Keystore: `PURPOSE_SIGN`, attestation challenge = the 32 bytes of SHA-256 of the `face_challenge`'s
  text. The header's `x5c` has its certificate chain. 403 `app-not-attested`: the app or the phone does
  not count. There is none for iOS and HarmonyOS: there the identity takes a kiosk or officers.
* `jws` of a credit record: `iss` (the provider's id), `aud`, `type`, `reference`, `id_number`, `content`
  (`GET /v1/credit-record-types`), and `corrects` where it corrects another reference; `kid` of the provider.
  The same payload under a `reference` has the same answer, another one 409 `reference-reused`.
"""

LIMITS = f"""
## How often, how much

* A phone number gets an SMS code a minute, {_RULES.sms_per_day} a day. A code holds 5 minutes and
  {_RULES.sms_code_tries} tries, and works once: it is used up where the step is refused for something else,
  such as `id-number-taken`, `identity-not-recent` or a wrong passcode; not by a 422 of the form, a face that
  failed, or `second-factor-missing`.
* An account: {_RULES.requests_per_account_minute} requests a minute and
  {_RULES.open_streams_per_account} open streams (the oldest ends); in an hour
  {_RULES.face_attempts_per_hour} face checks, {_RULES.presence_attempts_per_hour} proofs by card,
  {_RULES.card_relays_per_account_hour} card relays,
  {_RULES.letter_pdfs_per_account_hour} PDFs; {_RULES.profile_saves_per_day} saves of pages a day.
* Scans in an hour: {_RULES.consumer_prompts_per_hour} by one consumer,
  {_RULES.consumer_prompts_of_one_worker_per_hour} of them of one worker.
* An address, without a token: {_RULES.requests_per_address_minute} requests a minute; in an hour
  {_RULES.sms_codes_per_address_hour} SMS codes, {_RULES.sign_ins_per_address_hour} sign-ins,
  {_RULES.registrations_per_address_hour} registrations. Send the token on public routes, too: whoever is
  signed in does not share this limit.
* A body: 6 MB of a form, 512 KB of any other, 256 MB of an enterprise list.

A running system may have other numbers.
"""

GUIDES = FACES + CARDS + PUSH + SIGNED + LIMITS

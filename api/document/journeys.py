"""What an app does in which order, for the head of the OpenAPI document: each operation has its place."""

JOURNEYS = """
## The journeys, in order

**Look around.** Nobody signs in for `GET /v1/enterprises`, `GET /v1/enterprises/{enterprise_id}`,
`GET /v1/enterprises/{enterprise_id}/entries`, `GET /v1/announcements` and
`GET /v1/announcements/{announcement_id}`. `GET /download` is a page for people, with
`GET /download/qr.png` and `GET /download/qr.svg`. `GET /v1/health` is for machines.

**Register as a worker** (家政服务员注册), to the certificate:

1. `POST /v1/sms-codes`, then `POST /v1/workers`. Keep the tokens, and the `device_token` for good. After
   409 `phone-taken` sign in. After 409 `id-number-taken` sign in with the phone of that account; whose
   number somebody else took registers with `contest_id_number` and a new code: the card decides. 409 again:
   a card has proven it; if it was the own one, go *the phone is gone*. Until a card is read the number is
   held for seven days (`id_number_held_until` of `GET /v1/me`).
2. `POST /v1/me/enterprises`, at least one; their operators answer later, nobody waits for it.
   `GET /v1/me/employments` shows them, `POST /v1/me/employments/{enterprise_id}/end` ends one.
3. Ask whether the person wants face checks: `GET /v1/face-consent-text`, `POST /v1/me/face-consent`. Who
   does not goes *without the face* (below) from here on. `POST /v1/me/face-consent/withdrawal` at any time.
4. Verify the identity (人证合一验证): `POST /v1/identity-challenges`; read the card for the `challenge` (*The
   card*, below); ask for movements with `POST /v1/face-challenges`; then `POST /v1/identity-verifications`
   with `card_reading`, `frames`, `face_challenge` and `capture`.
5. Sign the letter (授权书): `GET /v1/letter`, show `text` whole, `POST /v1/letter-signatures`. Show
   `GET /v1/me/letter` for the person to confirm. Then a second face check: `POST /v1/face-challenges` for
   `authorization`, `POST /v1/letter-authorizations`. `registration_complete` of `GET /v1/me` is true.
6. Complete the five pages, at any time after 1: `GET /v1/code-lists`, `GET /v1/me/profile`,
   `GET /v1/me/profile/{page}`, `PUT /v1/me/profile/{page}`.
7. Check in (签到) before `due_at` of `GET /v1/me/attendance`: `POST /v1/face-challenges` for `check_in`,
   `POST /v1/check-ins`. A missed deadline is made good by the same step.

On somebody else's phone (借用他人手机): the own phone asks `POST /v1/handovers` after 2 and shows `qr_png`,
whose content is the `code`; the borrowed one sends it to `POST /v1/handover-sessions`, does 3 to 5 with that
token, keeps it in memory alone, and ends with 5 or `DELETE /v1/session`. All else is 403 `not-allowed`
there. The own phone hears `handover.completed`; a repetition of the last step gets 401 once it was done.

**Register as a consumer** (消费者注册): `POST /v1/sms-codes`, `POST /v1/consumers`. `POST /v1/me/worker`
makes a worker of the same account, with the same tokens; go on with 2.

**Show the certificate** (信用证书) and **scan** it (扫一扫). Both apps listen to `GET /v1/push`.

1. The worker's app shows `qr_png` of `POST /v1/certificate-codes` and asks for another one each minute.
2. The consumer's app scans it, and sends the text as `code` with the scopes to `POST /v1/disclosures`; it
   shows the two `digits`, and waits until `expires_at` (120 s).
   `POST /v1/disclosures/{disclosure_id}/abandonment` gives up.
3. The worker hears `disclosure.requested` and asks `GET /v1/disclosures/{disclosure_id}`: who, which
   scopes, three `choices`. The worker picks what the consumer's screen shows, and some or all scopes; the
   app asks for movements (`disclosure`) and sends all to
   `POST /v1/disclosures/{disclosure_id}/approval`; or `POST /v1/disclosures/{disclosure_id}/refusal`. A
   face that fails may be tried again within the 120 s; wrong digits end the request.
4. The consumer hears `disclosure.approved` and reads with `POST /v1/disclosures/{disclosure_id}/views`,
   for 30 minutes; after `.declined`, `.expired` or `.ended` a new scan is needed.
5. Both have `GET /v1/me/receipts`; who looked at a person is in `GET /v1/me/looks`.

**Sign in** (登录): `POST /v1/sms-codes`, `POST /v1/sessions` with the `device_token` of this phone. 403
`second-factor-needed` has a `ticket` and `factors`: send one of them to `POST /v1/session-second-factors`:
the passcode; a face, for which `POST /v1/session-face-challenges` asks; or the proof of an officer, of
`POST /v1/session-presence-requests`. Nobody has to prove what they do not have: without passcode, face and
verified identity the code is enough. `POST /v1/session-refreshes` before the access token is over;
`DELETE /v1/session` signs out.

**Personal centre** (个人中心). `GET /v1/me/sessions`, `POST /v1/me/sessions/{session_id}/revocation`,
`POST /v1/me/session-revocations`; `GET /v1/me/devices`, `POST /v1/me/devices/{device_id}/revocation`.
Passcode: `POST /v1/sms-codes`, `POST /v1/me/passcode`. Another phone number: a code to the old and one to
the new number, `POST /v1/me/phone-changes`. Letters: `GET /v1/me/letter.pdf`, `GET /v1/me/letters`,
`GET /v1/me/letters/{number}.pdf`, their texts `GET /v1/letters/{version}`; `POST /v1/letter-revocations`. A
new text (403 `letter-outdated`, or `valid_until` before) takes step 5 of the registration again.
Cancellation (注销): `POST /v1/sms-codes`, `POST /v1/me/cancellation`; nothing undoes it.

**The phone is gone** (找回账号): from a new one `POST /v1/sms-codes`, `POST /v1/recovery-requests`. Then two
officers see `code` and document; or a kiosk reads the card for `challenge`, and takes the face that
`POST /v1/recovery-face-challenges` asks for. `POST /v1/recoveries` ends it; sign in afterwards.

**Without the face.** Each step with a face takes a `presence_proof` in its place, for that `purpose`, once
and for ten minutes. By card: a passcode, once for all (`POST /v1/me/passcode`); `POST /v1/sms-codes`,
`POST /v1/identity-challenges`, a kiosk reads the card, `POST /v1/presence-proofs`. By officers:
`POST /v1/presence-requests`, show the `code` at a counter, ask `GET /v1/presence-requests/{proof_id}` until
it is `usable`. The officer confirms with `POST /v1/officer/presence-confirmations`. On a borrowed phone
it is the card (`identity`, `authorization`). Set the passcode early: until there is a face or a verified
identity the SMS code is enough for it. An approval has 120 s: get its proof (`disclosure`) before the
certificate is shown.

**Staff** sign in with passkeys. `staff_id` and both halves of the enrolment token are told by whoever
proposes (`POST /v1/staff`) and whoever grants (`POST /v1/staff/{staff_id}/grant`); the person keeps the
`staff_id`, it names them at each sign-in. On a page of the public address, enrol:
`POST /v1/staff-challenges`, `navigator.credentials.create` with that challenge (base64url) and `rp_id`, any
`user`, ES256 or another common algorithm, `userVerification` `required`; `POST /v1/staff-passkeys`. Sign in:
`POST /v1/staff-challenges`, `navigator.credentials.get`, `POST /v1/staff-sessions`. A challenge holds five
minutes, for one use; the session twelve hours, with refreshes as above. `GET /v1/staff` lists staff,
`POST /v1/staff/{staff_id}/withdrawal` ends a role.

* Operator: `GET /v1/enterprise/employments`, then `POST /v1/enterprise/employments/{worker_id}/confirmation`,
  `POST /v1/enterprise/employments/{worker_id}/refusal` or `POST /v1/enterprise/employments/{worker_id}/end`;
  `GET /v1/enterprise/statistics`. Colleagues, two operators each time: `GET /v1/enterprise/operators`,
  `POST /v1/enterprise/operators`, `POST /v1/enterprise/operators/{staff_id}/grant`;
  `POST /v1/enterprise/operators/{staff_id}/withdrawal-proposal`,
  `POST /v1/enterprise/operators/{staff_id}/withdrawal`.
* Editor: `POST /v1/announcements`, `POST /v1/announcements/{announcement_id}/revision`,
  `POST /v1/announcements/{announcement_id}/withdrawal`; `POST /v1/enterprise-imports`,
  `GET /v1/enterprise-imports/{import_id}`, `GET /v1/enterprise-imports/{import_id}/rejections.csv`;
  `POST /v1/enterprises/{enterprise_id}/entries`,
  `POST /v1/enterprises/{enterprise_id}/entries/{entry_id}/lift`.
* Regulator: `POST /v1/trail-searches`, `POST /v1/authorization-replays`, `GET /v1/statistics`.
* Administrators, two each time: `GET /v1/providers`, `POST /v1/providers`,
  `POST /v1/providers/{provider_id}/confirmation`; further keys `POST /v1/providers/{provider_id}/keys`,
  `POST /v1/providers/{provider_id}/keys/{kid}/confirmation`; types
  `POST /v1/providers/{provider_id}/record-types`,
  `POST /v1/providers/{provider_id}/record-types/confirmation`.
  One alone ends: `POST /v1/providers/{provider_id}/keys/{kid}/retirement`,
  `POST /v1/providers/{provider_id}/withdrawal`. Kiosks and certified readers in the same way:
  `GET /v1/kiosks`, `POST /v1/kiosks`, `POST /v1/kiosks/{kiosk_id}/confirmation`,
  `POST /v1/kiosks/{kiosk_id}/keys`, `POST /v1/kiosks/{kiosk_id}/keys/{kid}/confirmation`,
  `POST /v1/kiosks/{kiosk_id}/keys/{kid}/retirement`, `POST /v1/kiosks/{kiosk_id}/withdrawal`.

**Data providers** have no session: `GET /v1/credit-record-types`, `POST /v1/credit-records`.
"""

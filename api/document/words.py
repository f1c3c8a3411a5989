"""The words of the OpenAPI document that belong to no route: the rules that hold for all of them."""

from api.document.guides import GUIDES
from api.document.journeys import JOURNEYS

RULES = """
The credit ledger of household-service workers (家政服务信用账本). What holds everywhere comes first, then the
journeys in order, then faces, cards, push, signed texts and limits.

## What holds everywhere

**Sign in** with phone and SMS code (`POST /v1/sms-codes`, then `/v1/workers`, `/v1/consumers`
or `/v1/sessions`), or as staff with a passkey; send the access token as `Authorization: Bearer
…`. It holds 15 minutes; `token-invalid` (401) means: send the refresh token to `POST
/v1/session-refreshes`, one request at a time, and keep both tokens that come back; another 401
means: sign in anew. A refresh token works once, for 30 days; one that comes back under another
key ends the session. `x-roles` tells who may call an operation; `borrowed` is a worker's session on
somebody else's device, which cannot be refreshed.

**Send each POST once.** It carries an `Idempotency-Key`, a fresh UUID for each new request.
After a lost connection or a 5xx send the same request with the same key: it is carried out
once, and the answer is that of the first time, for a day. A 4xx is such an answer, too: under the
same key it stays so, even when its cause is gone. So correct, wait or ask again under a fresh key.
Under its own a request is sent again after 401 `token-invalid` (with the fresh token: it may have
been carried out before), and after what carries `Retry-After`; what has `again_at` waits until
then, and comes under a fresh key. Of a form the parts must be the
same, not the boundary. A PUT may have a key.

**See your own write.** Answers to writes carry `Ledger-Position`; send it with a GET, which
then waits for the read models, at most two seconds.

**Versions.** What is changed by a new version has an `ETag`; the change sends it as `If-Match`.
412: somebody was faster; read, and change again, under a fresh key.

**Lists** come in pages: send `next` as `cursor` for the following one, until it is `null`.

**Problems** are `application/problem+json` (RFC 9457). Decide by `code`: it is stable. Each
operation lists its own. An address that is none answers 404 `not-found`, a wrong method 405
`method-not-allowed` with `Allow`.

**Caches.** All is `no-store` but what says otherwise in `Cache-Control`.

**Values.** Ids are UUIDs. Instants are UTC, RFC 3339, with up to six decimals; days are ISO
8601, in Asia/Shanghai. Positions, cursors, tokens, tickets and codes are opaque. An app must
bear fields and push events that it does not know.
"""

DESCRIPTION = RULES + JOURNEYS + GUIDES

TAGS = [
    {"name": name, "description": text}
    for name, text in {
        "public": "For everybody: enterprises (企业信用查询), announcements (首页), the download page",
        "sessions": "Signing in and out (登录), and the way back without the phone (找回账号)",
        "account": "Registration (注册), the own account, receipts of scans, cancellation (注销)",
        "personal centre": "个人中心: phone, passcode, sessions, known devices, who looked",
        "face consent": "The separate consent to face checks (单独同意)",
        "faces": "The movements that a face check asks for (活体检测)",
        "presence": "The way without the face: proofs by card or by officers",
        "worker": "A worker's steps: enterprises, identity, letter (授权书), check-in (签到)",
        "letter": "The texts of the authorization letter, and the own one",
        "handovers": "Borrowed devices (借用他人手机)",
        "profile": "My information (本人信息管理): five pages, and the menus of their fields",
        "certificate": "Certificate (信用证书), scan (扫一扫), disclosure (经授权查看), push",
        "enterprise": "The operators of an enterprise (家政企业管理员)",
        "editor": "The editors' desk (内容编辑)",
        "provider": "Data providers (数据提供方): signed credit records",
        "regulator": "The regulator's desk (主管部门)",
        "officer": "The officers' counter (核验员)",
        "administration": "Staff roles, with four eyes (平台管理员)",
        "registry": "Providers and kiosks, and their keys",
    }.items()
]

STATUS_WORDS = {
    "200": "Done, or what was asked for",
    "201": "Made",
    "202": "Taken over; it goes on in the background",
    "204": "Done; there is nothing to say",
    "304": "What `If-None-Match` names is still so; no body",
}

PUSH_EXAMPLE = (
    "event: disclosure.requested\n"
    "id: 0.0.0.0.0.7.0.0.0.0.0.0.0.0.0.0\n"
    'data: {"disclosure_id": "3f0c8c1e-6f2b-8a41-9d0e-0b6f3c9a7d15", "what": "requested",'
    ' "at": "2026-03-02T01:00:00Z"}\n\n'
)

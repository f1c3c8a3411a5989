"""Which answers a cache on the way may keep: public pages, alike for everybody; the rest is `no-store`."""

from fastapi import Response

MAX_AGE_SECONDS = {
    "GET /v1/announcements": 60,
    "GET /v1/announcements/{announcement_id}": 60,
    "GET /v1/code-lists": 86_400,
    "GET /download": 3600,
    "GET /download/qr.png": 3600,
    "GET /download/qr.svg": 3600,
}
"""So long may a withdrawn or revised announcement still be shown from a cache."""
PAGES = (200, 304)


def tell_caches(route: str, answer: Response) -> None:
    """Say how long this answer to a route may be kept."""
    seconds = MAX_AGE_SECONDS.get(route)
    if seconds is None or answer.status_code not in PAGES:
        answer.headers["Cache-Control"] = "no-store"
    else:
        answer.headers["Cache-Control"] = f"public, max-age={seconds}"
        answer.headers["Vary"] = "Ledger-Position"  # who waits for a write is not shown what was kept before

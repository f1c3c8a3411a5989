"""What a process tells about its appends and hints; no labels."""

from prometheus_client import Counter, Histogram

APPEND_SAVES = Histogram(
    "jiazheng_append_saves", "Saves that shared one append", buckets=(1, 2, 4, 8, 16, 32, 64)
)
APPEND_EVENTS = Histogram(
    "jiazheng_append_events", "Events of one append", buckets=(1, 3, 10, 30, 100, 300, 1_000, 5_000)
)
APPEND_SECONDS = Histogram(
    "jiazheng_append_seconds",
    "Seconds of one append, until it is on disk",
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)
HINTS_SENT = Counter("jiazheng_hints_sent", "Hints that something was appended")
HINTS_FAILED = Counter(
    "jiazheng_hints_failed", "Hints that were neither sent nor heard, for want of a server"
)

"""What a process tells about its followers; labels name followers, never anybody or anything in the log."""

from prometheus_client import Counter, Gauge, Histogram

LAG_EVENTS = Gauge("jiazheng_follower_lag_events", "Events not yet handled, all partitions", ["follower"])
EVENTS = Counter("jiazheng_follower_events", "Events handled or passed over", ["follower"])
ERRORS = Counter("jiazheng_follower_errors", "Errors that stopped a follower", ["follower"])
BATCH_SECONDS = Histogram(
    "jiazheng_follower_batch_seconds",
    "Seconds from the lease of a partition to the position moved",
    ["follower"],
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)

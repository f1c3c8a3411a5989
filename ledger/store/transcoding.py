"""Reads stored events faster than the library does; what is stored stays the library's JSON."""

from typing import Any

import orjson
from eventsourcing.persistence import JSONTranscoder


class LedgerTranscoder(JSONTranscoder):
    """The library's transcoder with another parser: catching up and rebuilding are bound by this."""

    def decode(self, data: bytes) -> Any:
        """The object that `encode` wrote."""
        return self._read(orjson.loads(data))

    def _read(self, value: Any) -> Any:
        """Parsed JSON with its tagged values (UUIDs, instants) read; an unknown tag is an error."""
        if type(value) is list:
            return [self._read(part) for part in value]
        if type(value) is not dict:
            return value
        if len(value) == 2 and "_type_" in value and "_data_" in value:
            return self.names[value["_type_"]].decode(value["_data_"])
        return {name: self._read(part) if type(part) in PARTED else part for name, part in value.items()}


PARTED = frozenset({dict, list})
"""What may hold a tagged value; everything else is left alone without a call."""

"""What hands messages to somebody else's service: JSON by HTTP, once more later if it could not be taken."""

from collections.abc import Collection, Mapping

import httpx

TIMEOUT_SECONDS = 10.0


class GatewayUnavailable(RuntimeError):
    """The gateway could not take the message now; try again."""


class HttpGateway:
    """A service that takes `POST` of JSON with a bearer token and answers 2xx."""

    def __init__(self, url: str, token: str | None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._url = url
        self._client = httpx.Client(headers=headers, timeout=TIMEOUT_SECONDS)

    def post(self, body: Mapping[str, str], for_good: Collection[int]) -> bool:
        """Hand a message over; the errors name neither its content nor the address.

        Args:
            body: the message.
            for_good: the statuses by which the service says that it will never take it.

        Returns:
            whether it was taken.

        Raises:
            GatewayUnavailable: any other status, or no answer.
        """
        try:
            answer = self._client.post(self._url, json=body)
        except httpx.TransportError as error:
            raise GatewayUnavailable(type(error).__name__) from None
        if not answer.is_success and answer.status_code not in for_good:
            raise GatewayUnavailable(str(answer.status_code))
        return answer.is_success

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

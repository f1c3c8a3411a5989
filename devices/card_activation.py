"""How each nfcpy driver wakes an ID card: the one place that knows drivers apart."""

from typing import Any, Protocol

import nfc.clf

REQB = bytes.fromhex(
    "050000"
)  # all application families, one slot; byte 1 is 0, else other type B cards answer too
ATTRIB = bytes.fromhex("1D0000000000080108")  # to PUPI 00000000, which all these cards share
ATTRIB_ANSWER = b"\x08"
ATTRIB_TIMEOUT_SECONDS = 0.3


class Activation(Protocol):
    """Driver-specific steps on nfcpy's frontend; errors of nfcpy pass through, the reader translates them."""

    def wake(self, frontend: Any) -> bytes | None:  # untyped library
        """Send REQB and ATTRIB; return the ATQB, or None when no card answered."""

    def probe(self, frontend: Any) -> str:  # untyped library
        """Return the firmware's name, asked from the chip where there is one."""


class FrameActivation:
    """For drivers that put whole REQB frames on the air unchecked: udp, and rcs380 among the real ones.

    The PN53x drivers are different: they read `sensb_req` as an AFI and drop this card's ATQB, so they need
    REQB and ATTRIB on the chipset object.
    """

    def wake(self, frontend: Any) -> bytes | None:  # untyped library
        """See Activation.wake."""
        target = frontend.sense(nfc.clf.RemoteTarget("106B", sensb_req=REQB))
        if target is None:
            return None
        answer = frontend.exchange(ATTRIB, ATTRIB_TIMEOUT_SECONDS)
        if bytes(answer or b"") != ATTRIB_ANSWER:
            raise nfc.clf.ProtocolError("unexpected answer to ATTRIB")
        return bytes(target.sensb_res)

    def probe(self, frontend: Any) -> str:  # untyped library
        """See Activation.probe: these drivers keep no chipset that could be asked."""
        return str(frontend.device.chipset_name)


# by the module name of the driver that nfcpy chose for the path
ACTIVATIONS: dict[str, Activation] = {"udp": FrameActivation(), "rcs380": FrameActivation()}

"""Chapter 8: the credit certificate is scanned, authorized with the worker's face, read by the consumer."""

from base64 import b64decode
from typing import Any

from jiazheng.demo.camera import shown
from jiazheng.demo.cast import WORKER
from jiazheng.demo.client import Client, expect, refused, until
from jiazheng.demo.qr_scanner import read_qr
from jiazheng.demo.registration import register_consumer
from jiazheng.demo.terminal import Signer
from jiazheng.demo.world import World

SCOPES = ["basic", "identity", "tax", "bank_credit"]
APPROVED = ["basic", "tax"]
TAX = {"year": 2025, "paid": True, "level": "B"}
CORRECTED_TAX = {"year": 2025, "paid": True, "level": "A"}
BANK_CREDIT = {"as_of": "2026-06", "overdue_loans": 0}


def play_certificate(world: World) -> None:
    """Play the chapter."""
    tell = world.narrator
    tell.chapter("8  The credit certificate · 信用证书")
    tell.step("A consumer registers", lambda: register_consumer(world))
    offices = {kind: Office(world, kind) for kind in ("tax", "bank_credit")}
    tell.step("Two data providers are registered, each for its own type", lambda: register_offices(offices))
    tell.step("They submit signed tax and bank records", lambda: submit_records(offices))
    tell.step("The tax office corrects its record", lambda: correct_record(offices["tax"]))
    tell.step(
        "The consumer scans the QR picture; the worker is prompted over server-sent events",
        lambda: scan(world),
    )
    tell.step(
        "The worker picks the two digits, passes a face check, approves two of four", lambda: approve(world)
    )
    tell.step("The consumer reads exactly those", lambda: read(world))
    tell.step("The same code a second time", lambda: second_scan(world))
    tell.step("Another request, which the worker refuses", lambda: decline(world))
    tell.step("Both sides have receipts for all of it", lambda: receipts(world))


class Office:
    """A data provider (数据提供方) of one record type, with its key."""

    def __init__(self, world: World, record_type: str) -> None:
        self._world = world
        self._signer = Signer()
        self._record_type = record_type
        self.provider_id = ""

    def register(self, name: str) -> None:
        """One administrator registers the provider, the other confirms it."""
        keys = {"2026": self._signer.public_jwk()}
        body = {"name": name, "record_types": [self._record_type], "keys": keys}
        self.provider_id = self._world.register_signer("/v1/providers", body)

    def submit(self, content: dict[str, Any], **other: str) -> None:
        """Sign and send a record; `other` replaces or adds claims."""
        claims = {
            "iss": self.provider_id,
            "aud": self._world.url,
            "type": self._record_type,
            "reference": f"{self._record_type}-0001",
            "id_number": WORKER.id_number,
            "content": content,
        }
        jws = self._signer.sign("2026", claims | other)
        body = {"provider_id": self.provider_id, "jws": jws}
        self._world.visitor.post("/v1/credit-records", json=body)


def register_offices(offices: dict[str, Office]) -> str:
    """Bank credit comes from 人行征信, taxes from the tax office."""
    names = {"tax": "合肥市税务局", "bank_credit": "中国人民银行征信中心"}
    for record_type, office in offices.items():
        office.register(names[record_type])
    return ", ".join(names.values())


def submit_records(offices: dict[str, Office]) -> str:
    """The same again changes nothing; another content, a made-up field or a foreign type is refused."""
    for office, content in ((offices["tax"], TAX), (offices["bank_credit"], BANK_CREDIT)):
        office.submit(content)
        office.submit(content)
    tax_office = offices["tax"]
    refused("reference-reused", lambda: tax_office.submit(TAX | {"paid": False}))
    refused("submission-invalid", lambda: tax_office.submit(TAX | {"rank": 1}, reference="tax-0002"))
    refused("signer-unknown", lambda: tax_office.submit(BANK_CREDIT, type="bank_credit"))
    return "repeated: same answer; other content, unknown fields, another's type: refused"


def correct_record(tax_office: Office) -> str:
    """The correction supersedes; the first record stays in the log."""
    tax_office.submit(CORRECTED_TAX, reference="tax-0002", corrects="tax-0001")
    again = {"reference": "tax-0003", "corrects": "tax-0001"}
    problem = refused("record-corrected", lambda: tax_office.submit(TAX, **again))
    return f"level {TAX['level']} becomes {CORRECTED_TAX['level']}; once more: {problem['title']}"


def show_certificate(world: World) -> str:
    """The worker shows the certificate; a scanner library reads the picture."""
    certificate = world.worker.post("/v1/certificate-codes")
    return read_qr(b64decode(certificate["qr_png"]))


def scan(world: World) -> str:
    """Redeem the code and wait for the prompt on the worker's phone."""
    world.facts["code"] = show_certificate(world)
    with world.worker.listening() as wait_for:
        scanned = {"code": world.facts["code"], "scopes": SCOPES}
        world.facts["disclosure"] = world.consumer.post("/v1/disclosures", json=scanned)
        prompt = wait_for("disclosure.requested")
    expect(
        prompt["disclosure_id"] == world.facts["disclosure"]["disclosure_id"], "the prompt is for this scan"
    )
    return f"digits {world.facts['disclosure']['digits']} on the consumer's screen"


def approve(world: World) -> str:
    """Answer the prompt."""
    disclosure_id = world.facts["disclosure"]["disclosure_id"]
    prompt = world.worker.get(f"/v1/disclosures/{disclosure_id}")
    digits = world.facts["disclosure"]["digits"]
    expect(digits in prompt["choices"], "the digits are among the choices")
    answer = {"digits": digits, "scopes": APPROVED}
    form = shown(world.worker, "disclosure", "obama3.jpg", **answer)
    world.worker.post(f"/v1/disclosures/{disclosure_id}/approval", **form)
    return (
        f"{prompt['consumer_name']} asked for {len(prompt['scopes'])}, choices {', '.join(prompt['choices'])}"
    )


def read(world: World) -> str:
    """Look at the records."""
    disclosure_id = world.facts["disclosure"]["disclosure_id"]
    shown = world.consumer.post(f"/v1/disclosures/{disclosure_id}/views")["records"]
    expect(sorted(shown) == sorted(APPROVED), "exactly the approved scopes")
    expect(shown["tax"] == [CORRECTED_TAX], "the tax record as corrected")
    expect(shown["basic"]["name"] == WORKER.name, "the basic information")
    return f"{shown['basic']['name']}, tax level {shown['tax'][0]['level']}; no bank credit"


def second_scan(world: World) -> str:
    """A code works once."""
    scanned = {"code": world.facts["code"], "scopes": SCOPES}
    problem = refused("code-already-used", lambda: world.consumer.post("/v1/disclosures", json=scanned))
    return str(problem["title"])


def decline(world: World) -> str:
    """The worker refuses another request."""
    scanned = {"code": show_certificate(world), "scopes": ["bank_credit"]}
    disclosure_id = world.consumer.post("/v1/disclosures", json=scanned)["disclosure_id"]
    world.worker.post(f"/v1/disclosures/{disclosure_id}/refusal")
    view = f"/v1/disclosures/{disclosure_id}/views"
    return str(refused("disclosure-not-approved", lambda: world.consumer.post(view))["title"])


def receipts(world: World) -> str:
    """Both sides see the same steps, and no values."""
    expected = [["requested", "approved", "viewed"], ["scan_refused"], ["requested", "declined"]]

    def of(client: Client) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = client.get("/v1/me/receipts")["items"]
        steps = sorted([step["what"] for step in receipt["steps"]] for receipt in items)
        return items if steps == sorted(expected) else []

    both = [until(lambda: of(world.worker), "receipts"), until(lambda: of(world.consumer), "the same ones")]
    expect("level" not in str(both), "no attribute values")
    return "; ".join(" → ".join(what) for what in expected)

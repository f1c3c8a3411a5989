"""Chapter 6: the credit certificate is scanned, authorized with the worker's face, read by the consumer."""

from base64 import b64decode
from typing import Any

from jiazheng.demo.cast import WORKER
from jiazheng.demo.client import Client, expect, refused, until
from jiazheng.demo.qr_scanner import read_qr
from jiazheng.demo.registration import register_consumer
from jiazheng.demo.terminal import Signer
from jiazheng.demo.world import World, photo

SCOPES = ["basic", "identity", "tax", "bank_credit"]
APPROVED = ["basic", "tax"]
RECORDS = {
    "tax": {"year": 2025, "paid": True, "level": "A"},
    "bank_credit": {"overdue_loans": 0, "as_of": "2026-06"},
}


def play_certificate(world: World) -> None:
    """Play the chapter."""
    tell = world.narrator
    tell.chapter("6  The credit certificate · 信用证书")
    tell.step("A consumer registers", lambda: register_consumer(world))
    tell.step("A data provider submits signed tax and bank records", lambda: submit_records(world))
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


def submit_records(world: World) -> str:
    """Register the provider, then submit; the same again changes nothing, another content is refused."""
    signer = Signer()
    body = {"name": "合肥市税务局", "record_types": list(RECORDS), "keys": {"2026": signer.public_jwk()}}
    provider_id = world.staff["first administrator"].post("/v1/providers", json=body)["id"]

    def submit(record_type: str, content: dict[str, Any]) -> None:
        claims = {
            "iss": provider_id,
            "aud": world.url,
            "type": record_type,
            "reference": f"{record_type}-0001",
            "id_number": WORKER.id_number,
            "content": content,
        }
        jws = signer.sign("2026", claims)
        world.visitor.post("/v1/credit-records", json={"provider_id": provider_id, "jws": jws})

    for record_type, content in RECORDS.items():
        submit(record_type, content)
        submit(record_type, content)
    refused("reference-reused", lambda: submit("tax", {"year": 2025, "paid": False}))
    return "repeated: same answer; another content under the reference: refused"


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
    world.worker.post(f"/v1/disclosures/{disclosure_id}/approval", data=answer, files=photo("obama3.jpg"))
    return (
        f"{prompt['consumer_name']} asked for {len(prompt['scopes'])}, choices {', '.join(prompt['choices'])}"
    )


def read(world: World) -> str:
    """Look at the records."""
    disclosure_id = world.facts["disclosure"]["disclosure_id"]
    shown = world.consumer.post(f"/v1/disclosures/{disclosure_id}/views")["records"]
    expect(sorted(shown) == sorted(APPROVED), "exactly the approved scopes")
    expect(shown["tax"] == [RECORDS["tax"]], "the tax record")
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
    expected = [["requested", "approved", "viewed"], ["requested", "declined"]]

    def of(client: Client) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = client.get("/v1/me/receipts")["items"]
        steps = sorted([step["what"] for step in receipt["steps"]] for receipt in items)
        return items if steps == sorted(expected) else []

    both = [until(lambda: of(world.worker), "receipts"), until(lambda: of(world.consumer), "the same ones")]
    expect("level" not in str(both), "no attribute values")
    return "; ".join(" → ".join(what) for what in expected)

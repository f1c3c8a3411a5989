"""Chapter 1: the enterprise list, what authorities decided about an enterprise, and a notice."""

from typing import Any

from jiazheng.demo.announcements import find_notice, publish_notice
from jiazheng.demo.cast import AWARD, RED_LIST, enterprise_csv
from jiazheng.demo.client import Client, expect, until
from jiazheng.demo.world import World


def play_enterprise_list(world: World) -> None:
    """Play the chapter."""
    tell = world.narrator
    tell.chapter("1  Enterprise list and notices · 企业名单与通知公告")
    tell.step(
        "Two administrators sign in with passkeys; one proposes an editor, the other grants it",
        lambda: staff(world),
    )
    tell.step("The editor imports a CSV", lambda: import_enterprises(world))
    tell.step("The editor downloads which lines were rejected", lambda: download_rejections(world))
    tell.step("An award and a place on the red list; anybody reads them", lambda: add_entries(world))
    tell.step("The editor publishes a notice and revises it", lambda: publish_notice(world))
    tell.step("Anybody finds it by two characters", lambda: find_notice(world))


def staff(world: World) -> None:
    """Grant the first administrators at the console, everybody else through the API."""
    world.first_administrator("first administrator")
    world.first_administrator("second administrator")
    world.grant("editor", "editor")


def import_enterprises(world: World) -> str:
    """Import the list, twice: the second time nothing changes."""
    report, again = _imported(world.staff["editor"]), _imported(world.staff["editor"])
    world.facts["import_id"] = report["import_id"]
    expect((report["changed"], again["changed"]) == (200, 0), "200 new enterprises, and none the second time")
    expect(report["rejected"] == 3, "three bad lines")
    return f"{report['accepted']} taken over, {report['rejected']} lines rejected; again: nothing changes"


def _imported(editor: Client) -> dict[str, Any]:
    """What became of the list, which is imported in the background."""
    handed_in = editor.post("/v1/enterprise-imports", content=enterprise_csv())
    path = f"/v1/enterprise-imports/{handed_in['import_id']}"

    def report() -> dict[str, Any] | None:
        told: dict[str, Any] = editor.get(path)
        return told if told["status"] == "finished" else None

    finished: dict[str, Any] = until(report, "the list is imported")
    return finished


def download_rejections(world: World) -> str:
    """A line of the report names line, column and reason."""
    path = f"/v1/enterprise-imports/{world.facts['import_id']}/rejections.csv"
    _, *rejected = world.staff["editor"].get(path).decode().splitlines()
    expect(len(rejected) == 3, "three lines of the file")
    return "; ".join(f"line {line}" for line in rejected)


def add_entries(world: World) -> str:
    """They name no person, since everybody reads them."""
    found = until(
        lambda: world.visitor.get("/v1/enterprises", params={"limit": 1})["items"], "some are listed"
    )
    enterprise = f"/v1/enterprises/{found[0]['enterprise_id']}"
    for entry in (AWARD, RED_LIST):
        world.staff["editor"].post(f"{enterprise}/entries", json=entry)

    def shown() -> list[dict[str, Any]]:
        record = world.visitor.get(enterprise)
        return [*record["awards"], *record["red_list"]]

    entries = until(lambda: len(shown()) == 2 and shown(), "both are shown")
    return f"{found[0]['name']}: {', '.join(entry['reason'] for entry in entries)}"

"""The end of chapter 1: an editor publishes a notice and revises it; the public finds it."""

from jiazheng.demo.client import expect, refused, until
from jiazheng.demo.world import World

NOTICE = {
    "category": "notice",
    "title": "关于每月签到的通知",
    "body": "家政服务员每三十日签到一次。\n\n逾期未签到的,显示为离职;签到后立即恢复。",
    "source": "家政服务信用信息平台",
}
REVISED = NOTICE | {"title": "关于家政服务员每月刷脸签到的通知"}
SEARCHED = ("刷脸", "离职")


def publish_notice(world: World) -> str:
    """Publish, revise, and try to revise once more from the version that is gone."""
    editor = world.staff["editor"]
    published = editor.post("/v1/announcements", json=NOTICE)
    world.facts["notice_id"] = published["announcement_id"]
    path = f"/v1/announcements/{published['announcement_id']}/revision"
    revised = editor.post(path, if_match=published["etag"], json=REVISED)
    stale = refused("version-stale", lambda: editor.post(path, if_match=published["etag"], json=NOTICE))
    return f"{published['etag']} → {revised['etag']}; from {published['etag']} again: {stale['title']}"


def find_notice(world: World) -> str:
    """Without login: by a word of the title, and by one of the body."""
    path = "/v1/announcements"

    def titles(text: str) -> list[str]:
        return [row["title"] for row in world.visitor.get(path, params={"text": text})["items"]]

    until(lambda: [titles(text) for text in SEARCHED] == [[REVISED["title"]]] * 2, "both words find it")
    shown = world.visitor.get(f"{path}/{world.facts['notice_id']}")
    expect(shown["body"] == NOTICE["body"], "the body as it was written")
    return f"“{'” and “'.join(SEARCHED)}” find {shown['title']}"

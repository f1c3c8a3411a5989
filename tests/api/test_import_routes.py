"""The import of the enterprise list: POST /v1/enterprise-imports."""

import re
from dataclasses import astuple, replace
from uuid import UUID, uuid4

import pytest

from api.http import uploads
from domain.enterprise import Enterprise, EnterpriseDetails
from ledger.enterprise_imports import CHUNK_LINES
from tests.controls.api import Api
from tests.controls.enterprises import csv_of, found, imported, new_details, report_of, uploaded
from tests.controls.problems import refusal
from tests.controls.routes import DOCUMENT
from tests.controls.visitors import at_desk, register_consumer, signed_in

HEADER = b"uscc,name,brand,province,city,status\r\n"
GOOD = ("name", "brand", "province", "city", "status")


def test_good_lines_are_listed(api: Api) -> None:
    # given two enterprises
    first, second = new_details(), new_details(brand="")
    # when their file is imported
    report = imported(api, first, second)
    # then both are found, with everything that the file says
    assert report == {"accepted": 2, "changed": 2, "rejected": []}
    (listed,) = found(api, city=first.city)
    assert [listed[name] for name in ("uscc", *GOOD)] == list(astuple(first))


def test_a_byte_order_mark_is_no_part_of_the_header(api: Api) -> None:
    answer = uploaded(api, b"\xef\xbb\xbf" + csv_of([new_details()]))
    assert report_of(api, answer)["changed"] == 1


def test_the_names_of_the_columns_may_be_chinese_and_in_any_order(api: Api) -> None:
    # given a file as Chinese spreadsheets write it, in GB18030
    details = new_details(name="杭州𠮷祥家政有限公司")
    header = "经营状态,企业名称,统一社会信用代码,品牌,省份,城市"
    line = f"停业,{details.name},{details.uscc},{details.brand},{details.province},{details.city}"
    # when it is imported
    report = report_of(api, uploaded(api, f"{header}\r\n{line}\r\n".encode("gb18030")))
    # then nothing is lost on the way
    assert report == {"accepted": 1, "changed": 1, "rejected": []}
    (listed,) = found(api, city=details.city)
    assert (listed["name"], listed["uscc"], listed["status"]) == (details.name, details.uscc, "suspended")


def test_a_file_with_a_header_alone_lists_nothing(api: Api) -> None:
    assert report_of(api, uploaded(api, HEADER)) == {"accepted": 0, "changed": 0, "rejected": []}


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"name,name,brand,province,city,status\r\n",
        b'"uscc,name,brand,province,city,status\r\n',
        HEADER.replace(b"status", b"state"),
        HEADER.replace(b",status", b""),
        HEADER.replace(b",", b";"),
        HEADER.replace(b"\r\n", b"\r") * 2,
        HEADER + "杭州".encode("gb18030")[:-1],
        HEADER.decode().encode("utf-16"),
        b"PK\x03\x04",
    ],
)
def test_what_is_no_such_csv_is_refused_as_a_whole(api: Api, octets: bytes) -> None:
    assert refusal(uploaded(api, octets)) == (422, "csv-invalid", None)


@pytest.mark.parametrize("bad", [b'"never closed', b'"closed"too early', b"\r\r"])
def test_a_damaged_line_takes_no_other_with_it(api: Api, bad: bytes) -> None:
    # given a file with a damaged line in its middle
    before, after = new_details(), new_details()
    lines = [",".join(astuple(details)).encode() for details in (before, after)]
    # when it is imported
    report = report_of(api, uploaded(api, HEADER + b"\r\n".join((lines[0], bad + b",,,,,", lines[1]))))
    # then that line alone is rejected
    assert report["rejected"] == [{"line": 3, "column": "", "reason": "malformed"}]
    assert [len(found(api, city=details.city)) for details in (before, after)] == [1, 1]


def test_only_editors_import(api: Api) -> None:
    consumer = register_consumer(api)
    answer = api.post("/v1/enterprise-imports", consumer.token, content=csv_of([]))
    assert refusal(answer) == (403, "not-allowed", None)


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"uscc": ""}, "uscc", "empty"),
        ({"uscc": "9133010000000000"}, "uscc", "uscc-format"),
        ({"uscc": "913301000000000010"}, "uscc", "uscc-checksum"),
        ({"name": " "}, "name", "empty"),
        ({"province": ""}, "province", "empty"),
        ({"city": ""}, "city", "empty"),
        ({"name": "长" * 201}, "name", "too-long"),
        ({"brand": "长" * 201}, "brand", "too-long"),
        ({"name": "杭州\0安心"}, "name", "characters"),
        ({"brand": "安\t心"}, "brand", "characters"),
        ({"city": "杭\x7f州"}, "city", "characters"),
        ({"status": ""}, "status", "empty"),
        ({"status": "closed"}, "status", "unknown"),
    ],
)
def test_a_bad_line_is_reported_and_the_others_are_listed(
    api: Api, changes: dict[str, str], column: str, reason: str
) -> None:
    # given a file whose second line is bad
    before, bad, after = new_details(), replace(new_details(), **changes), new_details()
    # when it is imported
    report = imported(api, before, bad, after)
    # then the report names line, column and reason, and never the value
    assert report["rejected"] == [{"line": 3, "column": column, "reason": reason}]
    assert (report["accepted"], report["changed"]) == (2, 2)
    assert [len(found(api, city=row.city)) for row in (before, after)] == [1, 1]


@pytest.mark.parametrize("row", [("one",), (*astuple(new_details()), "seventh"), astuple(new_details())[:5]])
def test_a_line_of_another_length_is_reported(api: Api, row: tuple[str, ...]) -> None:
    report = imported(api, new_details(), row)
    assert report["rejected"] == [{"line": 3, "column": "", "reason": "wrong-number-of-columns"}]


def test_lines_are_counted_as_an_editor_counts_them(api: Api) -> None:
    # given bad lines after a blank one, and a value with a line break within its quotes
    bad = ",".join(astuple(new_details(status="closed")))
    broken = ",".join(astuple(new_details(brand='"安\n心"')))
    # when the file is imported
    report = report_of(api, uploaded(api, HEADER + "\n".join(["", bad, broken, bad]).encode()))
    # then each is reported where it stands; no value of ours has a line break
    assert [(rejected["line"], rejected["reason"]) for rejected in report["rejected"]] == [
        (3, "unknown"),
        (4, "malformed"),
        (5, "wrong-number-of-columns"),
        (6, "unknown"),
    ]


def test_a_line_that_is_far_too_long_is_passed_over(api: Api) -> None:
    after = new_details()
    octets = HEADER + b"x" * 200_000 + b"\n" + ",".join(astuple(after)).encode()
    report = report_of(api, uploaded(api, octets))
    assert report["rejected"] == [{"line": 2, "column": "", "reason": "too-long"}]
    assert len(found(api, city=after.city)) == 1


def test_the_same_file_again_changes_nothing(api: Api) -> None:
    # given a file that was imported
    rows = [new_details() for _ in range(3)]
    imported(api, *rows)
    # when it is imported again
    before = api.appended()
    report = imported(api, *rows)
    # then no event is appended but those of the import itself
    assert (report["accepted"], report["changed"]) == (3, 0)
    assert api.appended() == before + 2


def test_a_changed_line_revises_its_enterprise(api: Api) -> None:
    # given two listed enterprises
    rows = [new_details(), new_details()]
    imported(api, *rows)
    # when the file comes back with another name and status for one
    renamed = replace(rows[0], name="杭州换名家政有限公司", status="struck_off")
    report = imported(api, renamed, rows[1])
    # then that one is revised, in place
    assert report["changed"] == 1
    (listed,) = found(api, city=renamed.city)
    assert (listed["name"], listed["status"]) == (renamed.name, "struck_off")
    assert listed["enterprise_id"] == str(Enterprise.stream_for(renamed.uscc))


def test_of_a_code_twice_in_a_file_the_first_line_holds(api: Api) -> None:
    # given a file that lists a code three times, once in lower case
    first = new_details()
    last: EnterpriseDetails = replace(first, name="杭州后来家政有限公司")
    lower = replace(first, uscc=first.uscc.lower(), name="杭州中间家政有限公司")
    # when it is imported, then the other lines are reported, so that the file means one thing only
    report = imported(api, first, lower, last)
    twice = {"column": "uscc", "reason": "twice-in-the-file"}
    assert report == {"accepted": 1, "changed": 1, "rejected": [{"line": 3} | twice, {"line": 4} | twice]}
    assert [row["name"] for row in found(api, city=first.city)] == [first.name]


def test_an_editor_sees_how_far_an_import_is(api: Api) -> None:
    # given a file of more than a chunk, with a bad line in each of two chunks
    rows = [new_details(city="长清区") for _ in range(CHUNK_LINES)]
    bad = [replace(new_details(), status="closed"), replace(new_details(), name="")]
    token = signed_in(api, uuid4(), "editor").access_token
    path = f"/v1/enterprise-imports/{uploaded(api, csv_of([bad[0], *rows, bad[1]])).json()['import_id']}"
    # when the first of them is read, and when all are
    waiting = api.get(path, token).json()
    api.parts.imports.take_turn(UUID(waiting["import_id"]), api.clock())
    under_way, early = api.get(path, token).json(), api.get(f"{path}/rejections.csv", token)
    api.parts.imports.take_turn(UUID(waiting["import_id"]), api.clock())
    finished, late = api.get(path, token).json(), api.get(f"{path}/rejections.csv", token)
    # then the numbers and the report say so
    counts = ("status", "lines", "read_lines", "accepted", "changed", "unchanged", "rejected")
    assert [[told[name] for name in counts] for told in (waiting, under_way, finished)] == [
        ["running", CHUNK_LINES + 3, 1, 0, 0, 0, 0],
        ["running", CHUNK_LINES + 3, CHUNK_LINES + 1, CHUNK_LINES - 1, CHUNK_LINES - 1, 0, 1],
        ["finished", CHUNK_LINES + 3, CHUNK_LINES + 3, CHUNK_LINES, CHUNK_LINES, 0, 2],
    ]
    assert early.text == "line,column,reason\r\n2,status,unknown\r\n"
    assert late.text == early.text + f"{CHUNK_LINES + 3},name,empty\r\n"
    assert late.headers["content-type"].startswith("text/csv")


def test_the_report_holds_nothing_that_a_spreadsheet_would_carry_out(api: Api) -> None:
    # given lines that are wrong in each way, with formulas for values
    formula = '=HYPERLINK("https://evil.example")'
    good = new_details()
    wrong = [replace(good, uscc=formula), replace(good, status=formula), replace(good, uscc="", name=formula)]
    path = f"/v1/enterprise-imports/{uploaded(api, csv_of([*wrong, [formula]])).json()['import_id']}"
    # when the report of the rejected lines is downloaded
    api.parts.imports.take_turn(UUID(path.rpartition("/")[2]), api.clock())
    report = api.get(f"{path}/rejections.csv", at_desk(api, "editor").access_token).text
    # then it has numbers, names of columns and codes, and nothing of the file
    lines = report.split("\r\n")[1:-1]
    assert len(lines) == len(wrong) + 1
    assert all(re.fullmatch(r"[0-9]+,[a-z]*,[a-z-]+", line) for line in lines)


def test_every_reason_of_a_report_is_one_of_the_document(api: Api) -> None:
    # given the reasons that the document names
    report = DOCUMENT["paths"]["/v1/enterprise-imports/{import_id}/rejections.csv"]["get"]["responses"]["200"]
    named = set(re.findall(r"`([a-z-]+)`", report["content"]["text/csv"]["schema"]["description"]))
    # when lines are wrong in each way there is
    good = new_details()
    changed = [{"name": ""}, {"name": "长" * 201}, {"name": "安\t心"}, {"uscc": "x"}, {"status": "closed"}]
    changed += [{"uscc": f"{good.uscc[:-1]}{'1' if good.uscc[-1] != '1' else '2'}"}, {}]
    lines = [",".join(astuple(replace(good, **change))) for change in changed]
    told = report_of(api, uploaded(api, HEADER + "\n".join([*lines, lines[-1], "one", '"']).encode()))
    # then the report has just these reasons
    assert {rejected["reason"] for rejected in told["rejected"]} == named


def test_an_import_that_nobody_asked_for_is_not_found(api: Api) -> None:
    token = signed_in(api, uuid4(), "editor").access_token
    for path in ("", "/rejections.csv"):
        answer = api.get(f"/v1/enterprise-imports/{uuid4()}{path}", token)
        assert refusal(answer) == (404, "import-unknown", None)


def test_a_repeated_request_is_one_import(api: Api) -> None:
    # given a file under a key
    token, octets = signed_in(api, uuid4(), "editor").access_token, csv_of([new_details()])
    first = api.post("/v1/enterprise-imports", token, key="one-import", content=octets)
    # when it comes again, and when another file comes under the key
    again = api.post("/v1/enterprise-imports", token, key="one-import", content=octets)
    other = api.post("/v1/enterprise-imports", token, key="one-import", content=octets + b"\n")
    # then there is one import, and no other file is left behind
    assert again.json() == first.json()
    assert refusal(other) == (422, "idempotency-key-reused", None)
    assert list(api.parts.imports.folder.glob("*.part")) == []


def test_a_list_above_the_limit_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOAD_BYTES", 1_000)
    assert refusal(uploaded(api, csv_of([]) + b"x" * 1_000)) == (413, "body-too-large", None)
    assert list(api.parts.imports.folder.glob("*.part")) == []

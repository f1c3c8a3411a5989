"""The import of the enterprise list: POST /v1/enterprise-imports."""

from dataclasses import astuple, replace
from uuid import uuid4

import pytest

from domain.enterprise import Enterprise, EnterpriseDetails
from tests.controls.api import Api
from tests.controls.enterprises import csv_of, found, imported, new_details, uploaded
from tests.controls.problems import invalid_fields, refusal
from tests.controls.visitors import register_consumer, signed_in

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
    assert answer.json()["changed"] == 1


def test_a_file_with_a_header_alone_lists_nothing(api: Api) -> None:
    assert uploaded(api, HEADER).json() == {"accepted": 0, "changed": 0, "rejected": []}


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"name,uscc,brand,province,city,status\r\n",
        HEADER.replace(b"status", b"state"),
        HEADER.replace(b",status", b""),
        HEADER.replace(b",", b";"),
        HEADER + "91330100000000001,杭州".encode("gbk"),
        HEADER.decode().encode("utf-16"),
        b"PK\x03\x04",
        HEADER + b'"never closed,a,b,c,d,operating\r\n',
        HEADER + b'"closed"too early,a,b,c,d,operating\r\n',
    ],
)
def test_what_is_no_such_csv_is_refused_as_a_whole(api: Api, octets: bytes) -> None:
    assert refusal(uploaded(api, octets)) == (422, "csv-invalid", "file")


def test_a_file_that_breaks_off_lists_nothing_of_it(api: Api) -> None:
    # given a file whose last line is damaged
    good = new_details()
    # when it is imported
    answer = uploaded(api, csv_of([good]) + b'"never closed')
    # then not even its good line is taken over
    assert refusal(answer)[1] == "csv-invalid"
    assert found(api, city=good.city) == []


def test_a_file_is_needed(api: Api) -> None:
    editor = signed_in(api, uuid4(), "editor")
    answer = api.post("/v1/enterprise-imports", editor.access_token, files={"other": b"x"})
    assert invalid_fields(answer) == {"file"}


def test_only_editors_import(api: Api) -> None:
    consumer = register_consumer(api)
    answer = api.post("/v1/enterprise-imports", consumer.token, files={"file": csv_of([])})
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
        ({"brand": "安\n心"}, "brand", "characters"),
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
    # given bad lines after a value with a quoted line break, after a blank line, and one that spans two
    bad = ",".join(astuple(new_details(status="closed")))
    spanning = ",".join(astuple(new_details(status="closed", brand='"安\n心"')))
    lines = [",".join(astuple(new_details(brand='"安心\n"'))), bad, "", bad, spanning, bad]
    # when the file is imported
    report = uploaded(api, HEADER + "\n".join(lines).encode()).json()
    # then each is reported where it begins
    assert [rejected["line"] for rejected in report["rejected"]] == [4, 6, 7, 9]
    assert report["accepted"] == 1


def test_the_same_file_again_changes_nothing(api: Api) -> None:
    # given a file that was imported
    rows = [new_details() for _ in range(3)]
    imported(api, *rows)
    # when it is imported again
    before = api.appended()
    report = imported(api, *rows)
    # then no event is appended
    assert (report["accepted"], report["changed"]) == (3, 0)
    assert api.appended() == before


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


def test_of_a_code_twice_in_a_file_the_last_line_holds(api: Api) -> None:
    # given a file that lists a code three times, once in lower case
    first = new_details()
    last: EnterpriseDetails = replace(first, name="杭州后来家政有限公司")
    lower = replace(first, uscc=first.uscc.lower(), name="杭州中间家政有限公司")
    # when it is imported
    report = imported(api, first, lower, last)
    # then there is one enterprise
    assert (report["accepted"], report["changed"]) == (3, 1)
    assert [row["name"] for row in found(api, city=first.city)] == [last.name]


def test_a_long_file_is_listed_in_chunks(api: Api) -> None:
    rows = [new_details(city="长清区") for _ in range(501)]
    report = imported(api, *rows)
    assert (report["changed"], report["rejected"]) == (501, [])

"""The documentation's page works in a closed network."""

import re

from tests.controls.api import Api


def test_the_page_brings_everything_with_it(api: Api) -> None:
    # when the page is opened
    page = api.get("/docs")
    assert page.status_code == 200
    # then what it loads lies on this server, and is there
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert any(path.endswith(".js") for path in loaded)
    assert any(path.endswith(".css") for path in loaded)
    for path in loaded:
        assert path.startswith("/"), path
        assert api.get(path).status_code == 200

"""The table of roles is complete: nothing outside it is reachable."""

from fastapi.routing import APIRoute

from api.access import ROLES_OF_ROUTE
from api.main import ROUTERS


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    served = {f"{method} {route.path}" for route in routes for method in route.methods or ()}
    assert served == set(ROLES_OF_ROUTE)

"""The library's own Postgres recorder and runner, with the settings it comes with: the peers."""

from typing import cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.persistence import Mapper, Tracking
from eventsourcing.postgres import (
    PostgresApplicationRecorder,
    PostgresDatastore,
    PostgresFactory,
    PostgresTrackingRecorder,
)
from eventsourcing.projection import Projection
from eventsourcing.utils import Environment, get_topic
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from domain.event import LedgerAggregate
from ledger.sealing.fields import SealingMapper

APPLICATION = "stock"


def environment(url: str, *, create_tables: bool, connections: int = 5) -> dict[str, str]:
    """What the library reads; `connections` is what it opens per process, 5 by its own default."""
    parts = conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts["port"]),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts["password"]),
        "POSTGRES_POOL_SIZE": str(connections),
        "CREATE_TABLE": "y" if create_tables else "n",
    }


def factory(url: str, *, create_tables: bool, connections: int = 5) -> PostgresFactory:
    """The library's factory; close it when done."""
    env = environment(url, create_tables=create_tables, connections=connections)
    return PostgresFactory(Environment(APPLICATION, env))


def recorder(made: PostgresFactory) -> PostgresApplicationRecorder:
    """The library's recorder, over the table `stock_events`."""
    return cast("PostgresApplicationRecorder", made.application_recorder())


class StockLedger(Application[UUID]):
    """The library's application over the same events, read without keys as our followers read them."""

    name = APPLICATION

    def construct_mapper(self) -> Mapper[UUID]:
        """The mapper that leaves personal fields sealed."""
        return SealingMapper(self.construct_transcoder())


class StockView(PostgresTrackingRecorder):
    """A view with one row an event, written in one transaction with its tracking."""

    def __init__(
        self, datastore: PostgresDatastore, *, tracking_table_name: str = "notification_tracking"
    ) -> None:
        super().__init__(datastore, tracking_table_name=tracking_table_name)
        table = Identifier(datastore.schema, "stock_rows")
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS {} (notification_id bigint PRIMARY KEY, at timestamptz NOT NULL,"
                " topic text NOT NULL, actor text NOT NULL, stream_id uuid NOT NULL, version bigint NOT NULL)"
            ).format(table)
        )
        self._insert_row = SQL("INSERT INTO {} VALUES (%s, %s, %s, %s, %s, %s)").format(table)

    def add(self, event: LedgerAggregate.Event, tracking: Tracking) -> None:
        """Write the event's row and the tracking."""
        row = (
            event.timestamp,
            get_topic(type(event)),
            event.actor,
            event.originator_id,
            event.originator_version,
        )
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(self._insert_row, (tracking.notification_id, *row), prepare=True)


class StockProjection(Projection[StockView]):
    """Hands every event to the view."""

    name = "stock_projection"

    @singledispatchmethod
    def process_event(self, domain_event: LedgerAggregate.Event, tracking: Tracking) -> None:
        """One row an event, whatever happened."""
        self.view.add(domain_event, tracking)

"""ClickHouse's own Kafka table engine, bringing rows of text into ``fact``: what a worker is compared to."""

from __future__ import annotations

from collections.abc import Sequence

from clickhouse_driver import Client

from cchc.log.kafka.settings import KafkaSettings


def start_engine(client: Client, kafka: KafkaSettings, topic: str, group: str, names: Sequence[str]) -> None:
    """Make a table that reads the topic, in these columns of ``fact``, and a view that moves what arrives there."""
    described = client.execute("DESCRIBE TABLE fact")
    types = {row[0]: row[1] for row in described}
    # A view computes no defaults.
    computed = [f"{row[3]} AS {row[0]}" for row in described if row[3]]
    listed = ", ".join(f"{name} {types[name]}" for name in names)
    client.execute(
        f"CREATE TABLE arriving ({listed}) ENGINE = Kafka SETTINGS kafka_broker_list = '{kafka.address}',"
        f" kafka_topic_list = '{topic}', kafka_group_name = '{group}', kafka_format = 'TSV',"
        " kafka_row_delimiter = '\\n'"
    )
    chosen = ", ".join([*names, *computed])
    client.execute(f"CREATE MATERIALIZED VIEW moving TO fact AS SELECT {chosen} FROM arriving")  # noqa: S608 — names of columns


def stop_engine(client: Client) -> None:
    """Take both away again."""
    client.execute("DROP TABLE moving")
    client.execute("DROP TABLE arriving")

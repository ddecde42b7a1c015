"""Two local ClickHouse servers and a ZooKeeper: one cluster that replicates."""

from __future__ import annotations

from pathlib import Path

from clickhouse_driver import Client

from deploy.local.clickhouse import LocalClickHouse, Ports, Topology
from deploy.local.zookeeper import LocalZooKeeper
from tests.servers import require


def test_what_is_written_to_one_replica_is_read_from_the_other(tmp_path: Path) -> None:
    require("zookeeper", "clickhouse")
    one, two = Ports.free(), Ports.free()
    clusters = {"pair": [[one.tcp, two.tcp]]}
    with LocalZooKeeper(tmp_path / "zookeeper", dies_with_parent=True) as zookeeper:

        def server(name: str, ports: Ports) -> LocalClickHouse:
            topology = Topology(clusters, {"shard": "1", "replica": name}, zookeeper.port)
            return LocalClickHouse(tmp_path / name, ports=ports, topology=topology, dies_with_parent=True)

        with server("one", one), server("two", two):
            with Client("127.0.0.1", one.tcp) as first:
                first.execute(
                    "CREATE TABLE t ON CLUSTER pair (x Int64)"
                    " ENGINE = ReplicatedMergeTree('/t/{shard}', '{replica}') ORDER BY x"
                )
                first.execute("INSERT INTO t SELECT number FROM system.numbers LIMIT 100")
            with Client("127.0.0.1", two.tcp) as second:
                second.execute("SYSTEM SYNC REPLICA t")
                assert second.execute("SELECT count(), sum(x) FROM t") == [(100, 4950)]

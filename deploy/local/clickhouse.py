"""A ClickHouse server on the loopback address: Debian's 18.16, or whichever is on the PATH."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Self, TypeAlias
from xml.etree import ElementTree as ET

from deploy.local.clickhouse_tls import ClickHouseTls
from deploy.local.missing import clickhouse_command, how_to_install
from deploy.local.ports import HOST, check_free, free_ports
from deploy.local.process import LocalServer, ServerFailed, ServerProcess

Tags: TypeAlias = "Mapping[str, str | int | Tags | Sequence[Tags]]"
"""An XML element's content: tags by name; a sequence repeats its tag."""

_READY_WITHIN_S = 60
_PORTS_FILE = "ports.json"
_SESSION_MS = 5_000
_MARK_CACHE_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ports:
    """The three ports of a server: of the native protocol, of HTTP, and between replicas."""

    tcp: int
    http: int
    interserver: int

    @classmethod
    def free(cls) -> Ports:
        """Three that nobody listens on now."""
        return cls(*free_ports(3))

    @classmethod
    def kept(cls, directory: Path) -> Ports | None:
        """Those of the last start in this directory, or None."""
        file = directory / _PORTS_FILE
        return cls(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None

    def keep(self, directory: Path) -> None:
        """Write them down for the next start."""
        (directory / _PORTS_FILE).write_text(json.dumps(asdict(self)), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Topology:
    """What a server knows of others.

    Args:
        clusters: name → shards → the native port of each replica, all on this machine.
        macros: what ``{shard}`` and ``{replica}`` stand for in this server's statements.
        zookeeper: port of the ZooKeeper that replicas and ``ON CLUSTER`` need, or None.
    """

    clusters: Mapping[str, Sequence[Sequence[int]]] = field(default_factory=lambda: MappingProxyType({}))
    macros: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    zookeeper: int | None = None


class LocalClickHouse(LocalServer):
    """A server whose data, configuration and logs lie in one directory. ``start`` starts it; or use it in ``with``.

    The user is ``default`` without a password, from this machine only. Started again on the same directory, it has its
    data and its ports: clients find it again.

    Args:
        directory: is made if needed.
        ports: by default those of its last start, or else free ones, chosen now.
        topology: the cluster that it is part of; none by default.
        users: further users, name → password.
        tls: for another native port, with TLS; none by default.
        dies_with_parent: end it when the thread that started it ends: for tests.
    """

    def __init__(
        self,
        directory: Path,
        *,
        ports: Ports | None = None,
        topology: Topology | None = None,
        users: Mapping[str, str] | None = None,
        tls: ClickHouseTls | None = None,
        dies_with_parent: bool = False,
    ) -> None:
        self._directory = directory.absolute()
        self._ports = ports or Ports.kept(self._directory) or Ports.free()
        self._topology = topology or Topology()
        self._users = dict(users or {})
        self._tls = tls
        super().__init__(ServerProcess(self._directory, dies_with_parent=dies_with_parent))

    @property
    def host(self) -> str:
        """The loopback address."""
        return HOST

    @property
    def ports(self) -> Ports:
        """Where it listens."""
        return self._ports

    @property
    def tcp_port(self) -> int:
        """The port of the native protocol."""
        return self._ports.tcp

    @property
    def http_port(self) -> int:
        """The port of HTTP."""
        return self._ports.http

    @property
    def address(self) -> str:
        """``host:port`` of the native protocol."""
        return f"{HOST}:{self._ports.tcp}"

    def start(self) -> Self:
        """Start it and return when it answers.

        Raises:
            ServerFailed: There is no such program, it runs already, or it did not come up; the message says which.
            OSError: One of its ports is taken.
        """
        self._process.check_not_running()
        command = clickhouse_command()
        if command is None:
            raise ServerFailed(f"no clickhouse-server on this machine; to install it: {how_to_install()}")
        check_free(self._ports.tcp, self._ports.http, self._ports.interserver)
        self._write_configuration()
        started = [*command, f"--config-file={self._directory / 'config.xml'}"]
        self._process.start(started, self.answers, within_s=_READY_WITHIN_S)
        return self

    def answers(self) -> bool:
        """Whether it answers to a ping."""
        connection = http.client.HTTPConnection(HOST, self._ports.http, timeout=2)
        try:
            connection.request("GET", "/ping")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _write_configuration(self) -> None:
        for name in ("data", "scratch", "user_files", "format_schemas"):
            (self._directory / name).mkdir(parents=True, exist_ok=True)
        # This name of the root is the one that servers of every age take.
        _write(self._directory / "config.xml", "yandex", self._server_tags())
        _write(self._directory / "users.xml", "yandex", self._user_tags())
        self._ports.keep(self._directory)

    def _server_tags(self) -> Tags:
        topology = self._topology
        tags: dict[str, str | int | Tags | Sequence[Tags]] = {
            "logger": {
                "level": "warning",
                "log": f"{self._directory}/server.log",
                "errorlog": f"{self._directory}/server.err.log",
                "size": "100M",
                "count": 2,
            },
            "listen_host": HOST,
            "tcp_port": self._ports.tcp,
            "http_port": self._ports.http,
            "interserver_http_port": self._ports.interserver,
            "interserver_http_host": HOST,
            "path": f"{self._directory}/data/",
            "tmp_path": f"{self._directory}/scratch/",
            "user_files_path": f"{self._directory}/user_files/",
            "format_schema_path": f"{self._directory}/format_schemas/",
            "users_config": "users.xml",
            "default_profile": "default",
            "default_database": "default",
            "timezone": "UTC",
            "mark_cache_size": _MARK_CACHE_BYTES,
            "max_concurrent_queries": 100,
            # Its Kafka tables start at the end of a topic otherwise.
            "kafka": {"auto_offset_reset": "smallest"},
            "remote_servers": {name: _shards(shards) for name, shards in topology.clusters.items()},
            "macros": dict(topology.macros),
        }
        if topology.zookeeper is not None:
            tags["zookeeper"] = {
                "node": {"host": HOST, "port": topology.zookeeper},
                # A server that was killed is known to be away, and may come back, once this has passed.
                "session_timeout_ms": _SESSION_MS,
            }
            tags["distributed_ddl"] = {"path": "/clickhouse/task_queue/ddl"}
        if self._tls is not None:
            tags |= self._tls.tags()
        return tags

    def _user_tags(self) -> Tags:
        return {
            "profiles": {"default": {}},
            "quotas": {"default": {}},
            "users": {name: _user(password) for name, password in {"default": "", **self._users}.items()},
        }


def _shards(shards: Sequence[Sequence[int]]) -> Tags:
    return {
        "shard": [
            {
                # Replicas copy from each other; the table that distributes writes to one of them only.
                "internal_replication": "true",
                "replica": [{"host": HOST, "port": port} for port in replicas],
            }
            for replicas in shards
        ]
    }


def _user(password: str) -> Tags:
    return {"password": password, "networks": {"ip": HOST}, "profile": "default", "quota": "default"}


def _write(path: Path, root: str, tags: Tags) -> None:
    element = ET.Element(root)
    _fill(element, tags)
    ET.indent(element)
    ET.ElementTree(element).write(path, encoding="utf-8", xml_declaration=True)


def _fill(parent: ET.Element, tags: Tags) -> None:
    for name, content in tags.items():
        if isinstance(content, str | int):
            ET.SubElement(parent, name).text = str(content)
            continue
        for each in [content] if isinstance(content, Mapping) else content:
            _fill(ET.SubElement(parent, name), each)

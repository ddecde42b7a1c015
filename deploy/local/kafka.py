"""One broker of Apache Kafka on the loopback address, of its Maven artifacts, without ZooKeeper."""

from __future__ import annotations

import base64
import json
import shutil
import string
import subprocess
import uuid
from pathlib import Path
from typing import Self

from deploy.local.jars import fetch_jars
from deploy.local.kafka_security import KafkaSecurity
from deploy.local.ports import HOST, accepts, check_free, free_ports
from deploy.local.process import LocalServer, ServerFailed, ServerProcess

POM = Path(__file__).parent / "kafka" / "pom.xml"
"""What is fetched: the versions of Kafka and of its log writer."""

MAX_MESSAGE_BYTES = 8 * 1024 * 1024 + 64 * 1024
"""Largest batch of records that the broker takes: the largest payload of the log, and what Kafka lays around it."""

_READY_WITHIN_S = 90
_PORTS_FILE = "ports.json"


class LocalKafka(LocalServer):
    """A broker whose data and output lie in one directory. ``start`` starts it; or use it in ``with``.

    Started again on the same directory, it has its data and its port: clients find it again.

    Args:
        directory: is made if needed.
        heap: of the Java machine.
        security: for two more listeners, with TLS; the same at every start in the directory.
        dies_with_parent: end it when the thread that started it ends: for tests.
    """

    def __init__(
        self,
        directory: Path,
        *,
        heap: str = "512m",
        security: KafkaSecurity | None = None,
        dies_with_parent: bool = False,
    ) -> None:
        self._directory = directory.absolute()
        self._heap = heap
        self._security = security
        super().__init__(ServerProcess(self._directory, dies_with_parent=dies_with_parent))

    @property
    def host(self) -> str:
        """The loopback address."""
        return HOST

    @property
    def port(self) -> int:
        """Where clients find it: chosen at the first start in the directory, and kept."""
        return self._ports()[0]

    @property
    def address(self) -> str:
        """``host:port``, for clients to start from."""
        return f"{HOST}:{self.port}"

    @property
    def tls_address(self) -> str:
        """The same for clients with a certificate, where there is security."""
        return f"{HOST}:{self._ports()[2]}"

    @property
    def password_address(self) -> str:
        """The same for clients with a password, over TLS, where there is security."""
        return f"{HOST}:{self._ports()[3]}"

    def start(self) -> Self:
        """Start it and return when it takes requests; the first time in a directory it is set up there.

        Raises:
            ServerFailed: Java or Maven is not there, the jars cannot be fetched, it runs already, or it did not come
                up; the message says which.
            OSError: One of its ports is taken.
        """
        self._process.check_not_running()
        jars = fetch_jars(POM)
        self._directory.mkdir(parents=True, exist_ok=True)
        port, *others = self._ports()
        check_free(port, *others)
        self._write_configuration(port, *others)
        java = [shutil.which("java") or "java", "-cp", f"{jars}/*", f"-Dlog4j2.configurationFile={_beside('log4j2')}"]
        if not self._is_set_up():
            self._set_up(java)
        command = [*java, f"-Xmx{self._heap}", "-XX:+UseG1GC", "kafka.Kafka", str(self._configuration)]
        # Its port opens only when the broker has been let in by the controller.
        self._process.start(command, lambda: accepts(port), within_s=_READY_WITHIN_S)
        return self

    @property
    def _configuration(self) -> Path:
        return self._directory / "server.properties"

    def _ports(self) -> list[int]:
        """Of clients and of the controller; with security, of clients with a certificate and with a password, too."""
        kept = self._directory / _PORTS_FILE
        if not kept.exists():
            self._directory.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(free_ports(4 if self._security else 2)), encoding="utf-8")
        ports: list[int] = json.loads(kept.read_text(encoding="utf-8"))
        return ports

    def _write_configuration(self, port: int, controller_port: int, *secured_ports: int) -> None:
        security = self._security
        template = string.Template(_beside("server").read_text(encoding="utf-8"))
        self._configuration.write_text(
            template.substitute(
                name="$name",
                port=port,
                controller_port=controller_port,
                data=self._directory / "data",
                max_message_bytes=MAX_MESSAGE_BYTES,
                secured_listeners=security.listeners(*secured_ports) if security else "",
            )
            + (security.properties() if security else ""),
            encoding="utf-8",
        )

    def _is_set_up(self) -> bool:
        return (self._directory / "data" / "meta.properties").exists()

    def _set_up(self, java: list[str]) -> None:
        # As Kafka writes them; its own tool to make one takes seconds.
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_")
        tool = [*java, "-XX:TieredStopAtLevel=1", "kafka.tools.StorageTool", "format", "--standalone"]
        tool += self._security.set_up_arguments() if self._security else []
        formatted = subprocess.run(  # noqa: S603 — Kafka's own tool
            [*tool, "-t", cluster, "-c", str(self._configuration)], capture_output=True, text=True, check=False
        )
        if formatted.returncode:
            said = (formatted.stderr or formatted.stdout)[-2_000:].strip()
            raise ServerFailed(f"Kafka's directory could not be set up: {said}")


def _beside(name: str) -> Path:
    return POM.parent / f"{name}.properties"

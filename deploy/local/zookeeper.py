"""A ZooKeeper on the loopback address, for clusters of ClickHouse servers that replicate."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import Self

from deploy.local.jars import fetch_jars
from deploy.local.ports import HOST, check_free, free_ports
from deploy.local.process import LocalServer, ServerProcess

POM = Path(__file__).parent / "zookeeper" / "pom.xml"
"""What is fetched."""

_READY_WITHIN_S = 60
_TICK_MS = 2_000


class LocalZooKeeper(LocalServer):
    """A single ZooKeeper whose data and output lie in one directory. ``start`` starts it; or use it in ``with``.

    Args:
        directory: is made if needed.
        port: a free one by default, chosen now.
        dies_with_parent: end it when the thread that started it ends: for tests.
    """

    def __init__(self, directory: Path, *, port: int | None = None, dies_with_parent: bool = False) -> None:
        self._directory = directory.absolute()
        self._port = port or free_ports(1)[0]
        super().__init__(ServerProcess(self._directory, dies_with_parent=dies_with_parent))

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    def start(self) -> Self:
        """Start it and return when it serves.

        Raises:
            ServerFailed: Java or Maven is not there, the jars cannot be fetched, it runs already, or it did not come
                up; the message says which.
            OSError: Its port is taken.
        """
        self._process.check_not_running()
        jars = fetch_jars(POM)
        check_free(self._port)
        self._directory.mkdir(parents=True, exist_ok=True)
        configuration = self._directory / "zoo.cfg"
        configuration.write_text(
            f"clientPortAddress={HOST}\nclientPort={self._port}\ndataDir={self._directory / 'data'}\n"
            f"tickTime={_TICK_MS}\nadmin.enableServer=false\nmaxClientCnxns=0\n",
            encoding="utf-8",
        )
        java = [shutil.which("java") or "java", "-Xmx128m", "-cp", f"{jars}/*"]
        logging = f"-Dlogback.configurationFile={POM.parent / 'logback.xml'}"
        command = [*java, logging, "org.apache.zookeeper.server.ZooKeeperServerMain", str(configuration)]
        self._process.start(command, self._serves, within_s=_READY_WITHIN_S)
        return self

    def _serves(self) -> bool:
        """Whether it serves; it listens earlier than that, and its clients fall over it."""
        try:
            with socket.create_connection((HOST, self._port), timeout=2) as connection:
                connection.sendall(b"srvr")
                return b"Mode:" in connection.makefile("rb").read()
        except OSError:
            return False

"""What clickhouse-driver writes blocks with, told to take a column of texts whole."""

from __future__ import annotations

from typing import Any, NamedTuple

from clickhouse_driver import Client
from clickhouse_driver.bufferedwriter import CompressedBufferedWriter
from clickhouse_driver.defines import BUFFER_SIZE


class OnTheWire(NamedTuple):
    """The texts of a column as the native protocol has them: of each its size, seven bits a byte, and its bytes."""

    content: bytes


class ColumnWriter(CompressedBufferedWriter):  # type: ignore[misc]  # the library has no types
    """The driver's writer of compressed blocks, which also takes texts that are laid out already."""

    def write_strings(self, items: Any, encoding: str | None = None) -> None:
        """Write a column of texts."""
        if isinstance(items, OnTheWire):
            self.write(items.content)
        else:
            super().write_strings(items, encoding)


def write_columns_whole(client: Client) -> None:
    """Have a client, which compresses, write with ``ColumnWriter``, on this connection and on those it makes anew."""
    connection = client.connection
    make = connection.get_block_out_stream

    def with_column_writer() -> Any:
        stream = make()
        stream.fout = ColumnWriter(stream.compressor, BUFFER_SIZE)
        return stream

    connection.get_block_out_stream = with_column_writer

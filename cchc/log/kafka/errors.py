"""What the Kafka client's errors mean for whoever called the log."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kafka import errors

from cchc.errors import CchcError, Unavailable
from cchc.log import failures

REFUSED_ACCESS = (
    errors.AuthorizationError,
    errors.SaslAuthenticationFailedError,
    errors.UnsupportedSaslMechanismError,
    errors.IllegalSaslStateError,
    errors.SecurityDisabledError,
)
"""What the brokers say to whom they do not know, or who may not do this."""

_NO_SUCH_TOPIC = (errors.UnknownTopicOrPartitionError, errors.UnknownTopicIdError, errors.InvalidTopicError)
_CUT_OFF = (errors.OffsetOutOfRangeError, errors.LogTruncationError)

Away = Callable[[str, str], Unavailable]
"""Which failure says that the brokers are away: what was asked of them makes a difference."""


def meaning(error: errors.KafkaError, address: str, away: Away = failures.unavailable) -> CchcError:
    """The error that the log raises for one of the client's."""
    if isinstance(error, REFUSED_ACCESS):
        return failures.not_allowed(address, str(error))
    if isinstance(error, _NO_SUCH_TOPIC):
        return failures.topic_missing(str(error))
    if isinstance(error, errors.CorruptRecordError):
        return failures.corrupt(address, None, str(error))
    if isinstance(error, _CUT_OFF):
        return failures.batches_missing(address, 0, str(error))
    return away(address, str(error))


@contextmanager
def explained(address: str, away: Away = failures.unavailable) -> Iterator[None]:
    """Raise what the client raises inside as what it means.

    ``IllegalStateError`` comes from a client that was closed beside the call: the log is not open.
    """
    try:
        yield
    except errors.IllegalStateError as error:
        raise failures.closed() from error
    except errors.KafkaError as error:
        raise meaning(error, address, away) from error
    except ssl.SSLError as error:
        raise failures.tls_failed(address, str(error)) from error
    except OSError as error:
        raise away(address, str(error)) from error

"""A client that finds no broker ends wholly; it is made anew for as long as the broker is away."""

from __future__ import annotations

import gc
import threading
import warnings
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from consumers import subscriber
from consumers.kafka.connecting import connection, opened
from consumers.kafka.reading import reader
from consumers.kafka.topics import administrator
from tests.consumers.brokers import free_port

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaProducer
    from kafka.errors import KafkaError

SHORT = 0.4


def producer(there: Any, deadline: float) -> KafkaProducer:
    return opened(KafkaProducer, **there, bootstrap_timeout_ms=int(deadline * 500))


def subscriber_of_a_topic(there: Any, deadline: float) -> None:
    asked = there | {"topic": "throughcare.share.t", "bootstrap_timeout_ms": int(deadline * 500)}
    with httpx.Client() as client:
        next(subscriber._topic(client, subscriber.Kept(None), asked))


# kafka-python forgets to close a socket whose connection was refused.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.parametrize("client", [administrator, reader, producer, subscriber_of_a_topic])
def test_nothing_of_a_client_without_a_broker_goes_on(
    client: Callable[..., Any], quiet: None
) -> None:
    before = set(threading.enumerate())
    with pytest.raises((KafkaError, subscriber._Away)):
        client(connection(f"127.0.0.1:{free_port()}"), SHORT)
    assert set(threading.enumerate()) - before == set()
    gc.collect()

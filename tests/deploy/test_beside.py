"""The broker beside ``up --kafka`` where Apache Kafka cannot run; the file a partner is handed."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from consumers.kafka.publishing import Broker
from consumers.watchdog import Watchdog
from deploy.broker import standin
from deploy.commands.output import Stopped
from deploy.commands.processes import _broker
from deploy.commands.streams import _client
from deploy.settings import from_environment
from deploy.streaming import kafka_connection, keeping, password_file

pytestmark = pytest.mark.broker


def must_not_end(code: int) -> None:
    raise AssertionError(f"the watchdog ended the process with {code}")


def test_without_java_the_broker_of_the_tests_is_taken_and_the_reason_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    if standin.program() is None:
        pytest.skip("no such Kafka broker here: the wheel noida-db is not installed")
    monkeypatch.setenv("PATH", str(tmp_path))
    asked = from_environment({"THROUGHCARE_DATA": str(tmp_path / "data")})
    with ExitStack() as stack:
        started = _broker(asked, stack)
        broker = Broker(kafka_connection(started), Watchdog(must_not_end))
        assert broker.tails(["throughcare.share.somebody"]) == {"throughcare.share.somebody": None}
        broker.close()
    said = capfd.readouterr().err
    assert "no java on the path" in said
    assert "no sign-in, no access lists" in said


def test_the_file_that_a_partner_is_handed_is_what_subscribe_takes(tmp_path: Path) -> None:
    asked = from_environment({"THROUGHCARE_DATA": str(tmp_path)})
    asked = replace(asked, kafka="kafka.example:9092", kafka_authority=Path("/ca.pem"))
    partner = uuid4()
    keeping(asked)(partner, "a=b")
    assert _client(str(password_file(asked, partner)), None) == {
        "bootstrap_servers": "kafka.example:9092",
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": f"throughcare.{partner}",
        "sasl_plain_password": "a=b",
    }


def test_a_file_that_is_not_there_is_no_server(tmp_path: Path) -> None:
    with pytest.raises(Stopped, match="no such file"):
        _client(str(tmp_path / "missing.properties"), None)

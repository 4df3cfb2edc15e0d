"""One or three nodes of Apache Kafka in a folder, reached from this machine alone.

People and systems sign in by SCRAM-SHA-512, and whom no access list names may do nothing. It
refuses to know which topics there are and who may read them.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from deploy.broker.jars import HERE, jars

STARTS_WITHIN = 60.0
STOPS_WITHIN = 30.0
"""Seconds after which a node that was asked to stop is ended."""

ADMINISTRATOR = "throughcare"
"""Who may do everything, beside the nodes among themselves."""

MEMORY = "384m"

_JAVA = (
    *("java", f"-Xmx{MEMORY}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
)


class BrokerDidNotStart(Exception):
    """A node ended, or did not answer in time; the message names its log."""


@dataclass(frozen=True, slots=True)
class Node:
    """Where one node listens: for clients, and for the other nodes."""

    number: int
    port: int
    controller: int


@dataclass
class Nodes:
    """The nodes of one folder. What was acknowledged is there again after any of them ends."""

    folder: Path
    nodes: Sequence[Node]
    passwords: dict[str, str] = field(repr=False)
    cluster: str
    _running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict, repr=False)

    @property
    def servers(self) -> str:
        return ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def connection(self, user: str, password: str) -> dict[str, Any]:
        """How a client signs in."""
        return {
            "bootstrap_servers": self.servers.split(","),
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": user,
            "sasl_plain_password": password,
        }

    @property
    def administrator(self) -> dict[str, Any]:
        return self.connection(ADMINISTRATOR, self.passwords[ADMINISTRATOR])

    def start(self) -> None:
        """Start what does not run, and wait until all of them take connections."""
        for node in self.nodes:
            if not self.runs(node):
                self._start(node)
        until = monotonic() + STARTS_WITHIN
        for node in self.nodes:
            self._wait(node, until)

    def stop(self) -> None:
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def kill(self, number: int) -> None:
        """End a node as a power cut would."""
        process = self._running.pop(number)
        process.kill()
        process.wait()

    def runs(self, node: Node) -> bool:
        process = self._running.get(node.number)
        return process is not None and process.poll() is None

    def _start(self, node: Node) -> None:
        home = self.folder / f"node-{node.number}"
        classes = f"{jars()}/*"
        if not (home / "log" / "meta.properties").exists():
            self._format(node, home, classes)
        with (home / "broker.log").open("ab") as log:
            self._running[node.number] = subprocess.Popen(
                [*_JAVA, "-cp", classes, "kafka.Kafka", str(home / "server.properties")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=home,
                # A Ctrl-C is for who started us, who then stops the nodes after their clients.
                start_new_session=True,
            )

    def _format(self, node: Node, home: Path, classes: str) -> None:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(home / "server.properties", self._properties(node, home))
        users = home / "users"
        # From a file: what is typed can be read in the list of processes.
        _write(
            users,
            "".join(
                f"--add-scram\nSCRAM-SHA-512=[name={name},password={password}]\n"
                for name, password in self.passwords.items()
            ),
        )
        try:
            formatted = subprocess.run(
                [
                    *(*_JAVA, "-cp", classes, "kafka.tools.StorageTool", "format"),
                    *("--cluster-id", self.cluster, f"@{users}"),
                    *("--config", str(home / "server.properties")),
                ],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=STARTS_WITHIN,
            )
        finally:
            users.unlink()
        if formatted.returncode:
            raise BrokerDidNotStart(f"its folder {home} could not be made: {formatted.stderr}")

    def _wait(self, node: Node, until: float) -> None:
        while True:
            try:
                socket.create_connection(("127.0.0.1", node.port), timeout=1.0).close()
            except OSError as refused:
                if not self.runs(node) or monotonic() > until:
                    log = self.folder / f"node-{node.number}" / "broker.log"
                    raise BrokerDidNotStart(f"see {log}") from refused
                sleep(0.02)
            else:
                return

    def _properties(self, node: Node, home: Path) -> str:
        copies = len(self.nodes)
        voters = ",".join(f"{each.number}@127.0.0.1:{each.controller}" for each in self.nodes)
        login = "org.apache.kafka.common.security"
        between = self.passwords["broker"]
        at = "listener.name"
        settings = {
            "process.roles": "broker,controller",
            "node.id": node.number,
            "controller.quorum.voters": voters,
            "listeners": f"CLIENT://127.0.0.1:{node.port},CONTROLLER://127.0.0.1:{node.controller}",
            "advertised.listeners": f"CLIENT://127.0.0.1:{node.port}",
            "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
            "inter.broker.listener.name": "CLIENT",
            "controller.listener.names": "CONTROLLER",
            "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
            f"{at}.client.sasl.enabled.mechanisms": "SCRAM-SHA-512",
            f"{at}.client.scram-sha-512.sasl.jaas.config": (
                f'{login}.scram.ScramLoginModule required username="broker" password="{between}";'
            ),
            # The controllers keep the users of SCRAM: they cannot sign in to each other by it.
            "sasl.mechanism.controller.protocol": "PLAIN",
            f"{at}.controller.sasl.enabled.mechanisms": "PLAIN",
            f"{at}.controller.plain.sasl.jaas.config": (
                f'{login}.plain.PlainLoginModule required username="broker" password="{between}" '
                f'user_broker="{between}";'
            ),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:broker;User:{ADMINISTRATOR}",
            "allow.everyone.if.no.acl.found": "false",
            "auto.create.topics.enable": "false",
            "unclean.leader.election.enable": "false",
            "log.dirs": home / "log",
            "default.replication.factor": copies,
            "min.insync.replicas": 2 if copies > 2 else 1,
            "offsets.topic.num.partitions": 4,
            "offsets.topic.replication.factor": copies,
            "transaction.state.log.num.partitions": 4,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": 2 if copies > 2 else 1,
            "group.initial.rebalance.delay.ms": 0,
            "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())


def nodes(folder: Path, ports: Sequence[tuple[int, int]] = ()) -> Nodes:
    """The nodes of a folder, as it was made the first time, or new ones at these ports.

    A port for clients and one between nodes for each; with none given, one node at free ports.
    """
    kept = folder / "nodes.json"
    if not kept.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = {
            "nodes": [[n, *pair] for n, pair in enumerate(ports or [free_ports()], start=1)],
            "passwords": {name: secrets.token_urlsafe(24) for name in ("broker", ADMINISTRATOR)},
            "cluster": urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("="),
        }
        _write(kept, json.dumps(made))
    read = json.loads(kept.read_text("utf-8"))
    return Nodes(
        folder, [Node(*each) for each in read["nodes"]], read["passwords"], read["cluster"]
    )


def free_ports() -> tuple[int, int]:
    """Two ports on which nothing listens now."""
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _write(path: Path, text: str) -> None:
    """Write what nobody else may read."""
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(made, "w", encoding="utf-8") as file:
        file.write(text)

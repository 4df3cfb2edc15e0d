"""One or three nodes of Apache Kafka in a folder, reached from this machine alone.

People and systems sign in by SCRAM-SHA-512, and whom no access list names may do nothing. It
refuses to know which topics there are and who may read them.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from deploy.broker.jars import HERE, jars

STARTS_WITHIN = 120.0
STOPS_WITHIN = 30.0
"""Seconds after which a node that was asked to stop is ended."""

ADMINISTRATOR = "throughcare"
"""Who may do everything, beside the nodes among themselves."""

MEMORY = "384m"

_SETPRIV = shutil.which("setpriv")

_JAVA = (
    # A node ends with who started it, however that ended, where the system can see to it.
    *((_SETPRIV, "--pdeathsig", "TERM") if _SETPRIV else ()),
    *("java", f"-Xmx{MEMORY}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
)


class BrokerDidNotStart(Exception):
    """A node ended, or did not answer in time; the message names its log."""


@dataclass(frozen=True, slots=True)
class Node:
    """Where one node listens: for clients, for the other nodes, and for clients over TLS."""

    number: int
    port: int
    controller: int
    secure: int = 0


@dataclass
class Nodes:
    """The nodes of one folder. What was acknowledged is there again after any of them ends."""

    folder: Path
    nodes: Sequence[Node]
    passwords: dict[str, str] = field(repr=False)
    cluster: str
    certificate: Path | None = None
    """A file with a private key and its certificates, in PEM; with it there is TLS too."""

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
        ended = [node for node in self.nodes if not self.runs(node)]
        if new := [node for node in ended if not self._formatted(node)]:
            self._format(new)
        for node in ended:
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
        home = self._home(node)
        with (home / "broker.log").open("ab") as log:
            self._running[node.number] = subprocess.Popen(
                [*_JAVA, "-cp", f"{jars()}/*", "kafka.Kafka", str(home / "server.properties")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=home,
                # A Ctrl-C is for who started us, who then stops the nodes after their clients.
                start_new_session=True,
            )

    def _home(self, node: Node) -> Path:
        return self.folder / f"node-{node.number}"

    def _formatted(self, node: Node) -> bool:
        return (self._home(node) / "log" / "meta.properties").exists()

    def _format(self, new: Sequence[Node]) -> None:
        """Make the folders of these nodes, all at once, with who may sign in from the first."""
        users = self.folder / "users"
        # From a file: what is typed can be read in the list of processes.
        _write(
            users,
            "".join(
                f"--add-scram\nSCRAM-SHA-512=[name={name},password={password}]\n"
                for name, password in self.passwords.items()
            ),
        )
        try:
            making = [self._making(node, users) for node in new]
            for node, process in zip(new, making, strict=True):
                if process.wait(STARTS_WITHIN):
                    raise BrokerDidNotStart(f"{self._home(node)} could not be made")
        finally:
            users.unlink()

    def _making(self, node: Node, users: Path) -> subprocess.Popen[bytes]:
        home = self._home(node)
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(home / "server.properties", self._properties(node, home))
        return subprocess.Popen(
            [
                *(*_JAVA, "-cp", f"{jars()}/*", "kafka.tools.StorageTool", "format"),
                *("--cluster-id", self.cluster, f"@{users}"),
                *("--config", str(home / "server.properties")),
            ],
            stdin=subprocess.DEVNULL,
            # It says what it derives from the passwords.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _wait(self, node: Node, until: float) -> None:
        while True:
            try:
                socket.create_connection(("127.0.0.1", node.port), timeout=1.0).close()
            except OSError as refused:
                if not self.runs(node) or monotonic() > until:
                    log = self._home(node) / "broker.log"
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
        clients = f"CLIENT://127.0.0.1:{node.port}"
        if self.certificate:
            clients += f",SECURE://127.0.0.1:{node.secure}"
        settings = {
            "process.roles": "broker,controller",
            "node.id": node.number,
            "controller.quorum.voters": voters,
            "listeners": f"{clients},CONTROLLER://127.0.0.1:{node.controller}",
            "advertised.listeners": clients,
            "listener.security.protocol.map": (
                "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT,SECURE:SASL_SSL"
            ),
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
            # Who is in a group says how soon it is missed, and may say so soon.
            "group.min.session.timeout.ms": 1_000,
            # A node that is gone is missed soon: the others take over what it led.
            "broker.session.timeout.ms": 3_000,
            "broker.heartbeat.interval.ms": 500,
            "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
        }
        if self.certificate:
            settings |= {
                f"{at}.secure.sasl.enabled.mechanisms": "SCRAM-SHA-512",
                f"{at}.secure.scram-sha-512.sasl.jaas.config": (
                    f"{login}.scram.ScramLoginModule required;"
                ),
                f"{at}.secure.ssl.keystore.type": "PEM",
                f"{at}.secure.ssl.keystore.location": self.certificate,
            }
        return "".join(f"{name}={value}\n" for name, value in settings.items())


def nodes(
    folder: Path, ports: Sequence[tuple[int, ...]] = (), certificate: Path | None = None
) -> Nodes:
    """The nodes of a folder, as it was made the first time, or new ones at these ports.

    A port for clients, one between nodes and with a certificate one for TLS for each; with none
    given, one node at free ports.
    """
    kept = folder / "nodes.json"
    if not kept.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = {
            "nodes": [[n, *some] for n, some in enumerate(ports or [free_ports(3)], start=1)],
            "passwords": {name: secrets.token_urlsafe(24) for name in ("broker", ADMINISTRATOR)},
            # Nothing that begins with a dash: the tool that makes the folder would read an option.
            "cluster": "T" + urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")[1:],
        }
        _write(kept, json.dumps(made))
    read = json.loads(kept.read_text("utf-8"))
    standing = [Node(*each) for each in read["nodes"]]
    return Nodes(folder, standing, read["passwords"], read["cluster"], certificate)


def free_ports(count: int = 2) -> tuple[int, ...]:
    """So many ports on which nothing listens now."""
    with ExitStack() as stack:
        listening = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in listening:
            each.bind(("127.0.0.1", 0))
        return tuple(each.getsockname()[1] for each in listening)


def free(*ports: int) -> bool:
    """Whether nothing listens on any of these ports."""
    for port in ports:
        with socket.socket() as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listening.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def _write(path: Path, text: str) -> None:
    """Write what nobody else may read."""
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(made, "w", encoding="utf-8") as file:
        file.write(text)

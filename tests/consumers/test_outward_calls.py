"""Calls to partners' servers go where they were allowed to, once, in time, and nowhere else."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from consumers.outward import MOST, Answer, Outward
from projections.addresses import AddressIsNotPossible, host, reachable, where
from tests.consumers.receiving import Receiver, receiving

HERE = [ip_network("127.0.0.0/8")]
NAME = "hooks.doorstep.example"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def post(url: str, outward: Outward, *allowed: str, content: bytes = b"{}") -> Answer:
    return asyncio.run(outward.post(url, content, {}, allowed=frozenset(allowed)))


class Names:
    """A resolver that answers as it is told, one answer after another, and is counted."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def __call__(self, name: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


TRICKS = {
    "a number for 127.0.0.1": "https://2130706433/",
    "hexadecimal for 127.0.0.1": "https://0x7f000001/",
    "octal for 127.0.0.1": "https://0177.0.0.1/",
    "a short form of 127.0.0.1": "https://127.1/",
    "nothing at all, which is this machine": "https://0/",
    "an address instead of a name": "https://93.184.215.14/",
    "hexadecimal in a part": "https://0x7f.0.0.1/",
    "this machine over https": "https://127.0.0.1/",
    "this machine by name over https": "https://localhost/",
    "IPv6 of this machine": "https://[::1]/",
    "IPv4 in IPv6": "https://[::ffff:127.0.0.1]/",
    "NAT64 of this machine": "https://[64:ff9b::7f00:1]/",
    "a zone": "https://[fe80::1%25eth0]/",
    "a user before the host": "https://hooks.doorstep.example@127.0.0.1/",
    "a user and a password": "https://user:secret@hooks.doorstep.example/",
    "a dot after the name": "https://hooks.doorstep.example./",
    "a name in another script": "https://hooks.dооrstep.example/",
    "the same as it is written in letters": "https://hooks.xn--drstep-bxea.example/",
    "digits of full width": "https://１２７.0.0.1/",
    "a full stop of another script": "https://127。0。0。1/",
    "digits in circles": "https://①②⑦.⓪.⓪.①/",
    "a backslash": "https://hooks.doorstep.example\\@127.0.0.1/",
    "a fragment": "https://evil.example#@hooks.doorstep.example/",
    "a line end": "https://hooks.doorstep.example/\r\nHost: evil.example",
    "a space before it": " https://hooks.doorstep.example/",
    "a zero byte": "https://hooks.doorstep.example\0.evil.example/",
    "an encoded dot": "https://127%2e0%2e0%2e1/",
    "another port than allowed": "https://hooks.doorstep.example:22/",
    "port nought": "https://hooks.doorstep.example:0/",
    "a port beyond the last": "https://hooks.doorstep.example:65979/",
    "a name below an allowed one": "https://evil.hooks.doorstep.example/",
    "an allowed name below another": "https://hooks.doorstep.example.evil.example/",
    "plain http": "http://hooks.doorstep.example/",
    "a file": "file:///etc/passwd",
    "gopher": "gopher://hooks.doorstep.example:6379/_",
    "no scheme": "//hooks.doorstep.example/",
    "a name of one label": "https://metadata/",
    "a name without a last part of letters": "https://hooks.doorstep.127/",
}


@pytest.mark.parametrize("trick", TRICKS)
def test_nobody_is_called_by_a_trick_of_writing(trick: str, receiver: Receiver) -> None:
    names = Names(["127.0.0.1"])
    outward = Outward(also=HERE, resolve=names)
    answer = post(TRICKS[trick], outward, NAME)
    assert answer.status is None
    assert answer.failure in ("address-is-not-possible", "host-is-not-allowed")
    assert names.asked == 0
    assert receiver.connections == 0


NOT_PUBLIC = [
    *("127.0.0.1", "0.0.0.0", "10.1.2.3", "172.31.255.255", "192.168.0.1", "169.254.169.254"),
    *("100.64.0.1", "192.0.0.8", "192.0.0.170", "192.0.2.1", "198.18.0.1", "198.51.100.7"),
    *("203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("192.88.99.1", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:1:2::3", "2001:db8::1"),
    *("2001:10::1", "3fff::1", "fe80::1", "fe80::1%eth0", "2606:4700::1%eth0", "fc00::1"),
    *("fd12::1", "fec0::1", "ff02::1", "5f00::1", "100::1", "not an address", ""),
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_a_name_that_leads_to_no_public_address_is_not_called(address: str) -> None:
    assert not reachable(address)
    answer = post(f"https://{NAME}/", Outward(resolve=Names([address])), NAME)
    assert (answer.status, answer.failure) == (None, "address-is-not-public")


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_may_be_called(address: str) -> None:
    assert reachable(address)


def test_one_bad_address_among_good_ones_is_not_chosen_around(receiver: Receiver) -> None:
    outward = Outward(resolve=Names(["93.184.215.14", "127.0.0.1"]))
    assert post(f"https://{NAME}:{receiver.port}/", outward, f"{NAME}:{receiver.port}").failure == (
        "address-is-not-public"
    )
    assert receiver.connections == 0


def test_a_name_is_resolved_once_and_that_address_is_connected_to(
    receiver: Receiver, certified: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    """One that changes its answer between the look and the call changes nothing."""
    serving, trusting = certified
    with receiving(serving) as secure:
        names = Names(["127.0.0.1"], ["127.9.9.9"])
        outward = Outward(also=HERE, resolve=names, trusted=trusting)
        answer = post(f"https://{NAME}:{secure.port}/news?x=1", outward, f"{NAME}:{secure.port}")
        assert (answer.status, names.asked) == (204, 1)
        (got,) = secure.got
        assert (got.path, got.headers["host"]) == ("/news?x=1", f"{NAME}:{secure.port}")


def test_a_certificate_of_another_name_is_not_taken(
    certified: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    serving, trusting = certified
    with receiving(serving) as secure:
        outward = Outward(also=HERE, resolve=Names(["127.0.0.1"]), trusted=trusting)
        url, allowed = f"https://hooks.other.example:{secure.port}/", f":{secure.port}"
        answer = post(url, outward, f"hooks.other.example{allowed}")
        assert answer.failure == "certificate-is-not-valid"
        assert secure.got == []


def test_a_certificate_nobody_vouches_for_is_not_taken(
    certified: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    with receiving(certified[0]) as secure:
        outward = Outward(also=HERE, resolve=Names(["127.0.0.1"]))
        answer = post(f"https://{NAME}:{secure.port}/", outward, f"{NAME}:{secure.port}")
        assert (answer.failure, secure.got) == ("certificate-is-not-valid", [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    with receiving() as elsewhere:
        receiver.status, receiver.headers = status, {"location": elsewhere.url}
        answer = post(receiver.url, Outward(also=HERE), receiver.host, elsewhere.host)
        assert (answer.status, answer.good) == (status, False)
        assert elsewhere.connections == 0


def test_of_an_answer_without_end_only_so_much_is_read(receiver: Receiver) -> None:
    receiver.status, receiver.answer = 200, b"x" * (40 * MOST)
    answer = post(receiver.url, Outward(also=HERE), receiver.host)
    assert (answer.status, len(answer.body), answer.whole) == (200, MOST, False)


def test_an_answer_that_unpacks_to_much_is_not_unpacked(receiver: Receiver) -> None:
    receiver.status, receiver.headers = 200, {"content-encoding": "gzip"}
    receiver.answer = b"\x1f\x8b this is no archive"
    answer = post(receiver.url, Outward(also=HERE), receiver.host)
    assert (answer.status, answer.body) == (200, receiver.answer)
    assert receiver.got[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 200 OK\r\nx: "])
def test_who_answers_in_drops_is_left_when_the_time_is_over(says: bytes) -> None:
    """Each drop comes soon enough; all of them together do not."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port, over = server.getsockname()[1], Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(says)
                while not over.wait(0.05):
                    try:
                        connection.sendall(b"x" if says else b"")
                    except OSError:
                        return

        thread = Thread(target=drip, daemon=True)
        thread.start()
        began = monotonic()
        outward = Outward(also=HERE, deadline=0.6)
        answer = post(f"http://127.0.0.1:{port}/", outward, f"127.0.0.1:{port}")
        over.set()
        thread.join()
    assert answer.failure == "no-answer-in-time"
    assert monotonic() - began < 10


def test_what_is_no_http_is_said_to_be_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def talk() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
                connection.recv(1000)

        thread = Thread(target=talk, daemon=True)
        thread.start()
        answer = post(f"http://127.0.0.1:{port}/", Outward(also=HERE), f"127.0.0.1:{port}")
        thread.join()
    assert answer.failure == "answer-is-not-http"


def test_nobody_there_is_said_to_be_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    answer = post(f"http://127.0.0.1:{port}/", Outward(also=HERE), f"127.0.0.1:{port}")
    assert answer.failure == "nobody-is-there"


def test_a_proxy_of_the_environment_is_not_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.host}")
        assert post(receiver.url, Outward(also=HERE), receiver.host).status == 204
        assert proxy.connections == 0


def test_this_machine_is_not_called_where_nobody_said_that_it_may_be(receiver: Receiver) -> None:
    assert post(receiver.url, Outward(), receiver.host).failure == "address-is-not-public"
    assert receiver.connections == 0


def test_a_host_is_written_one_way() -> None:
    assert where(f"https://{NAME}:443/a").host == host(f"{NAME}:443") == NAME
    assert where(f"https://{NAME}:8443").target == "/"
    for wrong in (
        "xn--drstep-bxea.example",
        f"{NAME}.",
        "HOOKS.example",
        "10.0.0.1",
        "[::1]",
        "*.example",
        f"{NAME}/x",
        "",
    ):
        with pytest.raises(AddressIsNotPossible):
            host(wrong)


@pytest.fixture(scope="module")
def certified(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context for `NAME`, and a caller's that trusts who vouched for it."""
    folder: Path = tmp_path_factory.mktemp("certificates")
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    held, shown = folder / "key.pem", folder / "certificate.pem"
    held.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    shown.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(shown, held)
    return serving, ssl.create_default_context(cafile=str(shown))

"""Which addresses outside may be called at all: how they are written, and where they may lead.

An address is judged by what is allowed, never by what is known to be bad. It refuses to ask what a
name means, and to call anybody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from domain.kernel import BrokenRule

Network = IPv4Network | IPv6Network

LOOPBACK = ("127.0.0.1", "localhost")
"""How this machine itself is written, where calling it is allowed at all."""

LONGEST = 2_000
"""Characters of an address."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = rf"(?:{_LABEL}\.)+[a-z]{{2,63}}"
_HOST = re.compile(rf"({_NAME}|127\.0\.0\.1|localhost)(?::([1-9][0-9]{{0,4}}))?")
_URL = re.compile(rf"(https?)://({_HOST.pattern})((?:[/?][A-Za-z0-9/._~!$&'()*+,;=:@%?-]*)?)")
_PORTS = {"https": 443, "http": 80}

# What the registries of special-purpose addresses (RFC 6890 and after it) keep from the public.
_NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
            *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
            *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
            *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        ),
    )
)
_PUBLIC_6 = IPv6Network("2000::/3")


class AddressIsNotPossible(BrokenRule):
    """Write it as https://name.of.host/path: a name of letters a to z, no user and no fragment."""


@dataclass(frozen=True, slots=True)
class Where:
    """An address that may be called, if its host is allowed and its name leads to the public."""

    scheme: str
    name: str
    port: int
    target: str

    @property
    def host(self) -> str:
        """As lists of allowed hosts have it: with a port where it is not the usual one."""
        usual = self.port == _PORTS[self.scheme]
        return self.name if usual else f"{self.name}:{self.port}"


def where(url: str) -> Where:
    """The parts of an address. Plain http is for this machine alone. Raises `AddressIsNotPossible`.

    One way of writing a host is understood and no other: a name that ends in letters has no
    number in it that a resolver could take for an address, and no letter that looks like another.
    """
    found = _URL.fullmatch(url) if len(url) <= LONGEST else None
    if found is None:
        raise AddressIsNotPossible
    scheme, host, name, port, target = found.groups()
    if (scheme == "http") != (name in LOOPBACK) or not _possible(host):
        raise AddressIsNotPossible
    target = target if target.startswith("/") else f"/{target}"
    return Where(scheme, name, int(port or _PORTS[scheme]), target)


def host(text: str) -> str:
    """A host as lists of allowed ones have it, ``name`` or ``name:port``.

    Raises `AddressIsNotPossible`.
    """
    if not _possible(text):
        raise AddressIsNotPossible
    return text.removesuffix(":443")


def _possible(text: str) -> bool:
    found = _HOST.fullmatch(text)
    if found is None:
        return False
    name, port = found.groups()
    # A name in another script is written so, and looks like one it is not.
    foreign = any(label.startswith("xn--") for label in name.split("."))
    return len(name) <= 253 and not foreign and int(port or 443) < 65536


def reachable(text: str, also: Sequence[Network] = ()) -> bool:
    """Whether an address that a name was resolved to may be connected to.

    ``also`` are networks that are not public and that the operator lets partners be in.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return False
    if any(address in network for network in also):
        return True
    if isinstance(address, IPv6Address) and address not in _PUBLIC_6:
        return False
    return not any(address in network for network in _NOT_PUBLIC)

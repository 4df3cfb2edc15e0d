"""The reference subscriber: follows a partner's share, and proves that it missed nothing.

Small enough for a partner to copy: it needs ``httpx`` and the standard library, ``cryptography``
to look at signatures, ``kafka-python`` to read from Kafka, and nothing of Throughcare but the file
``witness.py`` beside it, where checkpoints of the log come. It refuses to go on over a gap in the
numbers, past a day whose digest is not that of what it received, and over a log that takes back
what it has shown.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Generator, Iterator, Mapping, Set
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import SystemRandom
from threading import Event
from time import monotonic
from typing import Any

import httpx

Entry = dict[str, Any]
"""A CloudEvent. ``sharenumber`` is 1, 2, 3 … within the partner's share."""

PAGE = 500
QUIET = 45.0
"""Seconds without a byte after which a connection is dead: a live stream speaks every 15."""

SILENCE = 300.0
"""Seconds without word of the server after which somebody is told."""

SILENT_TOPIC = 7_500.0
"""The same of a topic, into which the server speaks every hour."""

APART = 60.0
"""Seconds between two acknowledgements, and two looks for a digest while nothing is owed."""

LATE = timedelta(days=2)
"""How long after its day a digest may come."""

DIGESTED = ("id", "type", "time", "subject", "sharenumber", "position", "backfill", "data")
REOPENED = "throughcare-log-reopened@1\n"  # how a statement of that begins
MOST_PAUSE = 30.0
_chance = SystemRandom()


class Missed(Exception):
    """Entries are not there that must have been: stop, and ask for them by number."""

    def __init__(self, first: int, last: int, why: str = "") -> None:
        self.first, self.last = first, last
        super().__init__(f"entries {first} to {last} were not received{why}")


class NotVerified(Exception):
    """What was received is not what was signed: keep it, and ask who operates the place."""


class NotLetIn(Exception):
    """The token was refused: it has ended, or it is not for this address. Get a new one."""


class Refused(Exception):
    """The server will not answer this question, however often it is asked."""


class _Away(Exception):
    """The server cannot answer now. ``again_in`` is how many seconds it asks to wait."""

    def __init__(self, again_in: float = 0.0) -> None:
        self.again_in = again_in


@dataclass
class Page:
    """Entries that came together. ``up_to``: nothing that the server told by then is missing.

    But for what is ``held``: numbers that were passed by, and that come after later ones.
    """

    entries: list[Entry]
    up_to: int | None = None
    spoke: bool = True
    newest: bool = True  # whether up_to is of now, and not of when it was put into a topic
    held: frozenset[int] = frozenset()
    checkpoint: str | None = None  # how far the log had come, signed


@dataclass
class Kept:
    """What the subscriber remembers: in a file that is whole after a crash at any moment.

    ``chain`` is that of the share up to the entry ``checked``, as a digest said it; ``leaves`` are
    the digests of the entries since. They lie in a file beside, as they came. Up to ``number``
    everything was received but what is ``held``, whose leaves are empty.
    """

    file: Path | None
    number: int = 0
    checked: int = 0
    chain: str | None = "00" * 32
    day: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    held: list[int] = field(default_factory=list)
    checkpoint: str = ""
    log_keys: list[str] = field(default_factory=list)
    log_ended: dict[str, int] = field(default_factory=dict)  # up to where an earlier one counts
    leaves: list[bytes] = field(default_factory=list)
    _written: int = 0  # how many of the leaves are in their file

    @classmethod
    def read(cls, file: Path | None) -> Kept:
        if file is None or not file.exists():
            return cls(file)
        said = json.loads(file.read_text("ascii"))
        if isinstance(said, int):  # of a release that checked numbers alone
            return cls(file, said, said, None)
        kept = cls(file, **said)
        beside = kept._beside.read_bytes() if kept._beside.exists() else b""
        kept.leaves = [beside[at : at + 32] for at in range(0, len(beside), 32)]
        del kept.leaves[kept.number - kept.checked :]  # of a page that was cut off by a crash
        kept._written = len(kept.leaves)
        if len(kept.leaves) < kept.number - kept.checked:
            kept.start_after(kept.number)
        return kept

    def start_after(self, number: int) -> None:
        """Begin behind a number; what went before is checked by nobody."""
        self.number = self.checked = number
        self.chain, self.day, self.leaves = ("00" * 32 if number == 0 else None), "", []
        self.held, self._written = [], 0

    @property
    def whole(self) -> int:
        """Everything up to this number was received."""
        return self.held[0] - 1 if self.held else self.number

    def has(self, number: int) -> bool:
        return number <= self.number and number not in self.held

    def received(self, entry: Entry) -> None:
        number = entry["sharenumber"]
        if number in self.held:
            self.held.remove(number)
            at = number - self.checked - 1
            self.leaves[at], self._written = leaf(entry), min(self._written, at)
        else:
            self.leaves.append(leaf(entry))
            self.number = number

    def hold(self, number: int) -> None:
        """Go on past the next number, which comes later."""
        self.held.append(number)
        self.leaves.append(bytes(32))
        self.number = number

    def back_to(self, number: int) -> None:
        """What came after a number was lost by a restore: others have those numbers now."""
        if number < self.checked:
            self.start_after(number)
            return
        del self.leaves[number - self.checked :]
        self.held = [each for each in self.held if each <= number]
        self.number, self._written = number, min(self._written, len(self.leaves))

    def verified(self, day: str, last: int, chain: str) -> None:
        """Everything up to a number is what was signed; its leaves are needed no more."""
        before = self._beside if self.file else None
        del self.leaves[: last - self.checked]
        self.day, self.chain, self.checked, self._written = day, chain, last, 0
        self.write()
        if before is not None and before != self._beside:
            before.unlink(missing_ok=True)

    def write(self) -> None:
        """Leaves first, so that the number never says more than they do."""
        if self.file is None:
            return
        if self._written == 0:
            _whole(self._beside, b"".join(self.leaves))
        else:
            with self._beside.open("r+b") as beside:
                beside.seek(32 * self._written)
                beside.write(b"".join(self.leaves[self._written :]))
                beside.truncate()
                beside.flush()
                os.fsync(beside.fileno())
        self._written = len(self.leaves)
        said = {
            "number": self.number,
            "checked": self.checked,
            "chain": self.chain,
            "day": self.day,
            "keys": self.keys,
            "held": self.held,
            "checkpoint": self.checkpoint,
            "log_keys": self.log_keys,
            "log_ended": self.log_ended,
        }
        _whole(self.file, json.dumps(said).encode() + b"\n")

    @property
    def _beside(self) -> Path:
        assert self.file is not None
        return self.file.with_name(f"{self.file.name}.{self.checked}.leaves")


def subscribe(
    url: str,
    token: str,
    *,
    after: int | None,
    cursor: Path | None,
    live: bool,
    stop: Event,
    emit: Callable[[Entry], None],
    wait: float = 20.0,
    kafka: Mapping[str, Any] | None = None,
    key: str | None = None,
    verify: bool = True,
    accept_log: str | None = None,
    say: Callable[[str], None] = lambda _: None,
    silence: float | None = None,
    clock: Callable[[], float] = monotonic,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Give every entry that follows a number to ``emit``, in order, until told to stop.

    Begins after ``after``; without it after the number that the file ``cursor`` remembers, or at
    the beginning. The number is remembered after ``emit`` returned: an entry may come again after
    a crash, none is left out. ``live`` follows the event stream instead of asking page by page,
    ``kafka`` a topic: its settings are the client's, and ``topic``. ``wait`` is how many seconds a
    question may wait for news. Each day's digest is checked once it is there, by the ``key`` of
    this thumbprint, or by those that the server named first. A log that was reopened after a
    restore ends it, until that name of it is accepted by ``accept_log``. What somebody should
    know and that ends nothing (a silent server, a late digest) is given to ``say``. Answers the
    last number.
    Raises `Missed`, `NotVerified`, `NotLetIn`, `Refused`.
    """
    kept = Kept.read(cursor)
    if after is not None:
        kept.start_after(after)
    way = "kafka" if kafka else "live" if live else "feed"
    silence = silence or (SILENT_TOPIC if kafka else SILENCE)
    timeout = httpx.Timeout(5.0, read=max(QUIET, 2 * wait))
    failures, heard, told = 0, clock(), False
    with httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=timeout
    ) as client:
        log = _Log(url, client, kept, say)
        digests = _Digests(client, kept, key, say, now, log) if verify else None
        acknowledged = _Acknowledged(client, way, clock, say)
        if accept_log and verify:
            log.look(accept_log)
        asks = client if kafka else None
        while not stop.is_set():
            pages = (
                _topic(client, kept, kafka)
                if kafka
                else _live(client, kept.number)
                if live
                else _paged(client, kept.number, wait)
            )
            try:
                for page in pages:
                    if page.checkpoint and verify:
                        log.check(page.checkpoint, newest=True)
                    if page.spoke:
                        failures, heard = 0, clock()
                        if told:
                            say("the server speaks again")
                            told = False
                    before, held = kept.number, list(kept.held)
                    try:
                        for entry in page.entries:
                            number = entry["sharenumber"]
                            if kept.has(number):
                                continue  # told twice
                            if number > kept.number + 1:
                                _fill(asks, kept, number - 1, page.held, emit)
                            emit(entry)
                            kept.received(entry)
                            if stop.is_set():
                                break
                        else:
                            if page.up_to is not None:
                                _fill(asks, kept, page.up_to, page.held, emit)
                                _come(client, kept, page.up_to, page.held, emit)
                    finally:
                        if (kept.number, kept.held) != (before, held):
                            kept.write()
                    if kept.held != held:
                        if digests:
                            digests.asked = None  # a day may have waited for it
                        say(f"held back by the server for now: {kept.held or 'nothing'}")
                    if stop.is_set():
                        break
                    _compare(kept, page, log if verify else None)
                    if digests and (not page.entries or digests.asked is None):
                        digests.check(clock(), complete=page.up_to is not None and not kafka)
                    acknowledged.up_to(kept.whole)
                    if not page.entries:
                        told = _listen(clock() - heard, silence, told, say)
                        stop.wait(0.05)
            except (_Away, httpx.TransportError) as away:
                failures += 1
                told = _listen(clock() - heard, silence, told, say)
                pause = min(MOST_PAUSE, 0.25 * 2 ** min(failures, 10)) * _chance.random()
                stop.wait(max(pause, getattr(away, "again_in", 0.0)))
            finally:
                pages.close()
        acknowledged.up_to(kept.whole, last=True)
    return kept.number


def _compare(kept: Kept, page: Page, log: _Log | None) -> None:
    """What the server said it has told, beside what came."""
    if page.up_to is None:
        return
    if kept.number < page.up_to:
        raise Missed(kept.number + 1, page.up_to)
    if kept.number > page.up_to and page.newest:
        if log and kept.checkpoint:
            log.look()  # it may have been told why
        raise NotVerified(
            f"the server has told up to {page.up_to}, and {kept.number} were received: "
            "it was put back to an earlier time"
        )


def _listen(quiet: float, silence: float, told: bool, say: Callable[[str], None]) -> bool:
    """Say once of each silence that it has lasted too long; whether it was said."""
    if quiet > silence and not told:
        say(f"no word from the server for {quiet / 60:.0f} minutes")
    return told or quiet > silence


def _fill(
    client: httpx.Client | None,
    kept: Kept,
    up_to: int,
    held: Set[int],
    emit: Callable[[Entry], None],
) -> None:
    """What a topic no longer keeps comes from the feed, by number; what is held comes later.

    Without a ``client`` there is nobody else to ask: what is not held is lost.
    """
    while (number := kept.number + 1) <= up_to:
        if number in held:
            kept.hold(number)
            continue
        last = min(min((each - 1 for each in held if each > number), default=up_to), up_to)
        if client is None:
            raise Missed(number, last)
        _again(client, kept, number, last, emit)


def _come(
    client: httpx.Client, kept: Kept, up_to: int, held: Set[int], emit: Callable[[Entry], None]
) -> None:
    """What was held and is no more was told meanwhile; where we did not see it, we ask for it."""
    for number in [each for each in kept.held if each <= up_to and each not in held]:
        _again(client, kept, number, number, emit)


def _again(
    client: httpx.Client, kept: Kept, first: int, last: int, emit: Callable[[Entry], None]
) -> None:
    """These entries, from the feed."""
    while first <= last:
        asked = {"after": first - 1, "limit": min(PAGE, last - first + 1)}
        try:
            with _answer(client, "/v1/share", params=asked) as answer:
                entries = _read(answer.read())
        except Refused as refused:
            why = f" by the topic, and the feed does not give them: {refused}"
            raise Missed(first, last, why) from refused
        if [entry["sharenumber"] for entry in entries[:1]] != [first]:
            raise Missed(first, last)
        for entry in entries:
            if entry["sharenumber"] != first:
                break
            emit(entry)
            kept.received(entry)
            first += 1


# The ways by which entries come


def _paged(client: httpx.Client, after: int, wait: float) -> Generator[Page]:
    """Page after page of the cursor feed; a page is empty when there was no news for a while."""
    while True:
        asked = {"after": after, "limit": PAGE, "timeout": wait}
        with _answer(client, "/v1/share", params=asked) as answer:
            until, body = monotonic() + QUIET + wait, bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if monotonic() > until:
                    raise _Away
            newest = answer.headers.get("X-Share-Number", "")
            held = _numbers(answer.headers.get("X-Share-Held"))
        entries = _read(bytes(body))
        whole = len(entries) < PAGE and newest.isdigit()
        yield Page(entries, int(newest) if whole else None, newest=not entries, held=held)
        if entries:
            after = entries[-1]["sharenumber"]


def _live(client: httpx.Client, after: int) -> Generator[Page]:
    """The event stream, as it comes: what arrived together is one page."""
    asked = {"Last-Event-ID": str(after), "Accept": "text/event-stream"}
    with _answer(client, "/v1/share/live", headers=asked) as answer:
        rest, held = b"", frozenset[int]()
        for piece in answer.iter_bytes():
            *messages, rest = (rest + piece).replace(b"\r\n", b"\n").split(b"\n\n")
            data: list[bytes] = []
            for message in messages:
                if message.startswith(b": at "):
                    at, _, waits = message[5:].decode().partition(" held ")
                    held = _numbers(waits)
                    yield Page(_events(data), int(at), held=held)
                    data = []
                elif b"event: log.Checkpoint.v1" in (lines := message.split(b"\n")):
                    said = json.loads(next(n[5:] for n in lines if n.startswith(b"data:")))
                    yield Page(_events(data), held=held, checkpoint=said["note"])
                    data = []
                else:
                    data.append(b"\n".join(n[5:].strip() for n in lines if n.startswith(b"data:")))
            if data:
                yield Page(_events(data), held=held)
    raise _Away  # the server ended the stream: it is restarting


def _events(data: list[bytes]) -> list[Entry]:
    return _read(b"[%s]" % b",".join(each for each in data if each))


def _topic(client: httpx.Client, kept: Kept, settings: Mapping[str, Any]) -> Generator[Page]:
    """The topic, from where its group has read to; what comes twice has the same number."""
    from kafka import KafkaConsumer, TopicPartition
    from kafka.errors import KafkaError
    from kafka.net.compat import KafkaNetClient

    began: list[KafkaNetClient] = []

    def beginning(**given: Any) -> KafkaNetClient:
        began.append(KafkaNetClient(**given))
        return began[-1]

    given = dict(settings)
    named = given.pop("topic", None)
    topic = named or _current(client, kept)
    me = topic.removeprefix("throughcare.share.").partition(".")[0]
    given = {"group_id": f"throughcare.{me}.subscriber", "bootstrap_timeout_ms": 10_000} | given
    try:
        with closing(
            KafkaConsumer(
                **given,
                isolation_level="read_committed",  # what was undone was never told
                enable_auto_commit=False,
                request_timeout_ms=int(QUIET * 1000),
                auto_offset_reset="earliest",
                allow_auto_create_topics=False,
                kafka_client=beginning,
            )
        ) as consumer:
            consumer.assign([TopicPartition(topic, 0)])
            entries, idle = list[Entry](), 0
            while True:
                polled = consumer.poll(timeout_ms=1_000).values()
                records = [record for some in polled for record in some]
                for record in records:
                    said = {name: value.decode() for name, value in record.headers}
                    if said["ce_type"] == "share.Heartbeat.v1":
                        up_to, held = int(said["ce_sharenumber"]), _numbers(said.get("ce_held"))
                        yield Page(entries, up_to, newest=False, held=held)
                        entries = []
                    else:
                        entries.append(_binary(said, record.value))
                # A gap waits for the heartbeat of its transaction, which may say that it is none.
                if not records or len(entries) > PAGE or _follow(entries, kept.number):
                    yield Page(entries, spoke=bool(records))
                    entries = []
                if records and not entries:
                    consumer.commit()
                idle = 0 if records else idle + 1
                look = named is None and idle and idle % int(APART) == 0
                if look and _current(client, kept) != topic:
                    return  # terms that narrowed began another
    except KafkaError as away:
        for each in began:
            each.close()  # kafka-python leaves one running that found no broker
        raise _Away from away


def _current(client: httpx.Client, kept: Kept) -> str:
    """Which topic the share is on now. It asks for no entry."""
    asked = {"after": kept.number, "limit": 1, "type": "share.Heartbeat.v1"}
    try:
        with _answer(client, "/v1/share", params=asked) as answer:
            topic = answer.headers.get("X-Share-Topic")
    except Refused as refused:
        raise Refused(f"name the topic, for the feed does not: {refused}") from refused
    if topic is None:
        raise _Away(5.0)  # nothing was told yet
    return str(topic)


def _numbers(runs: str | None) -> frozenset[int]:
    """``42,57-60`` as numbers."""
    pairs = [run.partition("-") for run in runs.split(",")] if runs else []
    return frozenset(n for a, _, b in pairs for n in range(int(a), int(b or a) + 1))


def _follow(entries: list[Entry], number: int) -> bool:
    """Whether these leave nothing out after a number."""
    for entry in entries:
        if entry["sharenumber"] > number + 1:
            return False
        number = max(number, entry["sharenumber"])
    return True


def _binary(said: dict[str, str], value: bytes) -> Entry:
    """A CloudEvent of Kafka's binary mode, as the feed gives it."""
    event: Entry = {name[3:]: text for name, text in said.items() if name.startswith("ce_")}
    event |= {name: int(event[name]) for name in ("sharenumber", "position")}
    return event | {
        "backfill": event["backfill"] == "true",
        "datacontenttype": said["content-type"],
        "data": json.loads(value),
    }


# What proves that all of it came


def leaf(entry: Entry) -> bytes:
    """The digest of one entry, the same by whichever way it came."""
    return sha256(_canonical({name: entry.get(name) for name in DIGESTED})).digest()


@dataclass
class _Log:
    """The log as a whole, of which our share tells a part: nothing of it may be taken back."""

    url: str
    client: httpx.Client
    kept: Kept
    say: Callable[[str], None]

    def look(self, accepted: str | None = None) -> None:
        """Ask how far the log is; a name that is ``accepted`` may be another than it had.

        Raises `NotVerified`, `Refused`.
        """
        try:
            with _answer(self.client, "/log/checkpoint") as answer:
                note = answer.read().decode()
            self.check(note, newest=True, accepted=accepted)
        except (_Away, httpx.TransportError):
            raise Refused("the server does not say how far the log is: try again") from None

    def check(self, note: str, *, newest: bool = False, accepted: str | None = None) -> None:
        """See that a checkpoint and the largest one that we know are of one log, by its tiles.

        Raises `NotVerified`.
        """
        from importlib import import_module

        witness: Any = import_module(f"{__package__}.witness" if __package__ else "witness")
        if note == self.kept.checkpoint:
            return
        try:
            said = witness.Checkpoint.read(note)
            known = witness.Checkpoint.read(self.kept.checkpoint or witness.EMPTY)
        except witness.Refused as unreadable:
            raise NotVerified("what the server calls a checkpoint is none") from unreadable
        if said.origin in self.kept.log_ended:
            if said.size > self.kept.log_ended[said.origin]:
                return  # of what was lost, as was told
        elif known.origin and said.origin != known.origin:
            self._reopened(witness, note, said, known, accepted)
            return
        if not self.kept.log_keys:
            self._pin()
        if not any(said.signed_by(witness.Key.read(key)) for key in self.kept.log_keys):
            raise NotVerified("a checkpoint of the log is signed by no key that you know")
        if newest and said.size < known.size:
            raise NotVerified(
                f"the log was put back: it had {known.size} facts and has {said.size}"
            )
        self._follows(witness, *sorted((known, said), key=lambda each: each.size))
        if said.size > known.size:
            self.kept.checkpoint = note
            self.kept.write()

    def _follows(self, witness: Any, small: Any, large: Any) -> None:
        hashes = witness.hashes_of(f"{self.url}/log", large.size)
        try:
            proof = witness.proof_of(small.size, 0, large.size, hashes) if small.size else []
        except (OSError, witness.HTTPException) as away:
            raise _Away from away
        if not witness.follows(small.size, large.size, small.root, large.root, proof):
            raise NotVerified(
                f"the log was rewritten: that of {large.size} facts does not begin with the "
                f"{small.size} that were signed"
            )

    def _reopened(
        self, witness: Any, note: str, said: Any, known: Any, accepted: str | None
    ) -> None:
        """Go on with another name of the log, if that was accepted; else say why it has one.

        Nothing but the key that we know can have said so. Raises `NotVerified`.
        """
        keys = [witness.Key.read(key) for key in self.kept.log_keys]
        own = [key._replace(name=said.origin) for key in keys]
        key = next((key for key in own if said.signed_by(key)), None)
        if key is None:
            raise NotVerified(f"{said.origin} is another log, and no key that you know signed it")
        told = self._told(witness, key, known.origin)
        if not told or told[-1]["origin"] != said.origin:
            raise NotVerified(
                f"the log was called {known.origin}, and is {said.origin} now: nobody says why"
            )
        ended = witness.Checkpoint.read(told[0]["ended"])
        shared = min(each["shared"] for each in told)
        if known.size > ended.size or (known.size == ended.size and known.root != ended.root):
            raise NotVerified(
                f"the log {known.origin} had {known.size} facts, and is said to have ended with "
                f"{ended.size}, or with others: that more was lost is hidden"
            )
        if known.size <= shared:
            self._follows(witness, known, said)
        lost = f"numbers {shared + 1} to {ended.size} of its facts were lost by a restore"
        if accepted != said.origin:
            raise NotVerified(
                f"the log {known.origin} was reopened as {said.origin} on {told[0]['opened_at']}, "
                f"because: {told[0]['because']}. It had ended with {ended.size} facts; {lost}, and "
                "what of them is told again has a new number. Ask who operates the place whether "
                f"that is so, then go on with --accept-log {said.origin}"
            )
        number = self.kept.number
        if (last := self._number_at(shared)) < number:
            self.kept.back_to(last)
            self.say(f"entries {last + 1} to {number} were lost; others come with those numbers")
        ends = {each["ended"].partition("\n")[0] for each in told}
        self.kept.log_ended = {
            name: min(shared, self.kept.log_ended.get(name, shared))
            for name in {*self.kept.log_ended, *ends}
        }
        self.kept.checkpoint = note
        self.kept.log_keys.append(str(key))
        self.kept.write()
        self.say(f"the log is {said.origin} from now on: {lost}")

    def _told(self, witness: Any, key: Any, origin: str) -> list[dict[str, Any]]:
        """What was signed of it since the log of a name ended, the oldest first."""
        try:
            with _answer(self.client, "/log/reopened") as answer:
                written = answer.read().decode()
        except Refused:
            return []
        told: list[dict[str, Any]] = []
        for each in written.split(REOPENED)[1:]:
            text, _, lines = f"{REOPENED}{each}".rpartition("\n\n")
            note = witness.Checkpoint(f"{text}\n", lines.splitlines(), "", 0, b"")
            try:
                one: dict[str, Any] = json.loads(text.partition("\n")[2])
                ended = one["ended"].partition("\n")[0]
                names = (ended, one["origin"])
            except (ValueError, KeyError, TypeError, AttributeError):
                raise NotVerified("what is said of the log's end cannot be read") from None
            if not all(note.signed_by(key._replace(name=name)) for name in names):
                raise NotVerified("what is said of the log's end is not signed by both its names")
            if told or ended == origin:
                told.append(one)
        return told

    def _number_at(self, position: int) -> int:
        """The last number of our share that tells of facts up to a position."""
        low, high = 0, self.kept.number
        while low < high:
            middle = (low + high + 1) // 2
            # Who asks by a time as well does not say that it has everything before.
            asked = {"after": middle - 1, "limit": 1, "since": "1970-01-01T00:00:00Z"}
            with _answer(self.client, "/v1/share", params=asked) as answer:
                entries = _read(answer.read())
            if entries and entries[0]["position"] <= position:
                low = middle
            else:
                high = middle - 1
        return low

    def _pin(self) -> None:
        """At first use, take every key that the server names."""
        with _answer(self.client, "/log/key") as answer:
            self.kept.log_keys = answer.read().decode().split()
        for key in self.kept.log_keys:
            self.say(f"checkpoints of the log are checked by the key {key}")


@dataclass
class _Digests:
    client: httpx.Client
    kept: Kept
    key: str | None
    say: Callable[[str], None]
    now: Callable[[], datetime]
    log: _Log
    asked: float | None = None
    owed: int = 0
    late: str = ""

    def check(self, at: float, *, complete: bool) -> None:
        """Check the digests that have come. ``complete``: there is nothing more to receive now.

        Raises `Missed` if a digest speaks of more, and did so before that was asked.
        """
        if complete and self.kept.number < self.owed:
            raise Missed(self.kept.number + 1, self.owed)
        if self.asked is not None and at - self.asked < APART and not self.owed:
            return
        self.asked, self.owed = at, 0
        while days := self._days():
            for each in days:
                if not self._checked(self._document(each["jws"])):
                    return
        self._expect()

    def _days(self) -> list[dict[str, Any]]:
        asked = {"after": self.kept.day} if self.kept.day else {}
        with _answer(self.client, "/v1/share/digests", params=asked) as answer:
            return _read(answer.read())

    def _checked(self, said: dict[str, Any]) -> bool:
        """Whether this day could be checked; it cannot before all of it was received."""
        kept, day, first, last = self.kept, said["day"], said["first"], said["last"]
        if last > kept.number:
            self.owed = last
            return False
        if "checkpoint" in said:
            self.log.check(said["checkpoint"])
        if kept.held and kept.held[0] <= last:
            return False
        if kept.chain is None and first <= kept.checked:
            if last >= kept.checked:  # the rest of a day in whose middle we began
                self.say(f"{day}: entries {first} to {last} not checked: we began later")
                kept.verified(day, last, said["sha256"])
            else:
                kept.day = day
            return True
        if first != kept.checked + 1 or kept.chain not in (None, said["previous"]):
            raise NotVerified(f"{day} begins at {first} and does not follow {kept.checked}")
        leaves = kept.leaves[: last - kept.checked]
        erased = 0
        if _chained(said["previous"], leaves) != said["sha256"]:
            with _answer(self.client, f"/v1/share/digests/{day}") as answer:
                gone = json.loads(answer.read())["erased"]
            for number, was in gone.items():
                erased += leaves[int(number) - first].hex() != was
                leaves[int(number) - first] = bytes.fromhex(was)
            if _chained(said["previous"], leaves) != said["sha256"]:
                raise NotVerified(f"{day}: entries {first} to {last} are not what was signed")
        kept.verified(day, last, said["sha256"])
        but = f", {erased} of them erased since" if erased else ""
        self.say(f"{day}: {said['count']} entries up to {last} verified{but}")
        return True

    def _document(self, jws: str) -> dict[str, Any]:
        """What stands under a signature that is of a key we know. Raises `NotVerified`."""
        head, payload, signature = jws.split(".")
        kid = json.loads(_bytes(head))["kid"]
        if kid not in self.kept.keys:
            self._pin()
        if kid not in self.kept.keys:
            raise NotVerified(f"a digest is signed by {kid}, which is no key that you know")
        _verify(self.kept.keys[kid], f"{head}.{payload}".encode(), _bytes(signature))
        said: dict[str, Any] = json.loads(_bytes(payload))
        return said

    def _pin(self) -> None:
        """Take the key that was given, or at first use every key that the server names."""
        if self.kept.keys and self.key is None:
            return
        with _answer(self.client, "/v1/share/keys") as answer:
            named = json.loads(answer.read())["keys"]
        for each in named:
            public = {name: each[name] for name in ("crv", "kty", "x")}
            kid = _text(sha256(_canonical(public)).digest())
            if self.key in (None, kid):
                self.kept.keys[kid] = each["x"]
                self.say(f"digests are checked by the key {kid}")

    def _expect(self) -> None:
        """Say once of each day that its digest should have come by now."""
        day = self.kept.day
        if self.kept.held:
            return  # days wait for what is held
        if day and self.now().date() - date.fromisoformat(day) > LATE and self.late != day:
            self.late = day
            self.say(f"the digest of the day after {day} is late: nobody closes days")


def _verify(public: str, signed: bytes, signature: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(_bytes(public)).verify(signature, signed)
    except InvalidSignature:
        raise NotVerified("a digest is not signed by the key that it names") from None


@dataclass
class _Acknowledged:
    client: httpx.Client
    way: str
    clock: Callable[[], float]
    say: Callable[[str], None]
    number: int = -1
    at: float = float("-inf")

    def up_to(self, number: int, *, last: bool = False) -> None:
        """Say that everything up to a number is kept; once a minute, and at the end."""
        if number == self.number or (not last and self.clock() - self.at < APART):
            return
        self.at = self.clock()
        try:
            said = {"up_to": number, "way": self.way}
            answer = self.client.post("/v1/share/read", json=said)
        except httpx.TransportError:
            return  # it is said again
        if answer.status_code == 200:
            self.number = number
        elif answer.status_code < 500:
            self.say(f"what was read could not be acknowledged: {answer.status_code}")


@contextmanager
def _answer(client: httpx.Client, path: str, **asked: Any) -> Iterator[httpx.Response]:
    with client.stream("GET", path, **asked) as answer:
        if answer.status_code == 401:
            raise NotLetIn("the server does not accept the token (401): get a new one")
        if answer.status_code >= 500 or answer.status_code in (408, 429):
            again_in = answer.headers.get("Retry-After", "")
            raise _Away(min(float(again_in), 300.0) if again_in.isdigit() else 0.0)
        if answer.status_code != 200:
            said = answer.read()[:500].decode(errors="replace")
            raise Refused(f"{answer.url} answers {answer.status_code}: {said}")
        yield answer


def _read(body: bytes) -> list[Entry]:
    try:
        page: list[Entry] = json.loads(body)
    except ValueError as unreadable:
        raise _Away from unreadable  # cut short on its way
    return page


def _chained(chain: str, leaves: list[bytes]) -> str:
    link = bytes.fromhex(chain)
    for each in leaves:
        link = sha256(link + each).digest()
    return link.hex()


def _canonical(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _whole(path: Path, content: bytes) -> None:
    """Write a file so that a crash at any moment leaves the old one or the new one."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

"""Finds and changes what partners have at the broker. It refuses to decide what that should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)
from kafka.errors import (
    ClusterAuthorizationFailedError,
    IncompatibleBrokerVersion,
    KafkaError,
    NoError,
    SecurityDisabledError,
    for_code,
)
from kafka.protocol.admin import AlterClientQuotasRequest, DescribeClientQuotasRequest

from consumers.kafka.access import (
    PREFIX,
    QUOTAS,
    Change,
    Do,
    Found,
    Permission,
    partner_of,
    user_of,
)
from consumers.kafka.connecting import DEADLINE, BrokerIsAway, Connection
from consumers.kafka.topics import KEPT, administrator, make

ITERATIONS = 8_192
"""How often a password is hashed; Kafka takes 4,096 and more."""

Keep = Callable[[UUID, str], None]
"""Keeps a partner's new password where it can be handed over from, before it is good."""


class MayNotAdminister(Exception):
    """The broker lets nobody, or not us, see to users and access lists; the message says which."""


class Administration:
    """One cluster, as its administrator sees it; ``quotas`` are each partner's."""

    def __init__(
        self,
        connection: Connection,
        deadline: float = DEADLINE,
        quotas: Mapping[str, float] = QUOTAS,
    ) -> None:
        self._connection, self._deadline, self.quotas = connection, deadline, quotas

    def found(self) -> Found:
        """What partners have now. Raises `BrokerIsAway`, `MayNotAdminister`."""
        with self._connected() as admin:
            # First: here a refusal is an answer; asked for users, Kafka 4.3 refuses by silence.
            permissions = _permissions(admin)
            topics = [name for name in admin.list_topics() if name.startswith(PREFIX)]
            users = admin.describe_user_scram_credentials()
            return Found(
                topics=_settings(admin, topics),
                users={
                    partner
                    for user, held in users.items()
                    if (partner := partner_of(user))
                    and any(
                        each["mechanism"] == ScramMechanism.SCRAM_SHA_512
                        for each in held["credential_infos"]
                    )
                },
                permissions=permissions,
                quotas=_quotas(admin),
            )

    def apply(self, changes: Iterable[Change], new_password: Callable[[], str], keep: Keep) -> None:
        """Carry out a plan, in its order. Raises `BrokerIsAway`, `MayNotAdminister`.

        Each change may be made again: what was broken off is found, and gone on with.
        """
        with self._connected() as admin:
            for change in changes:
                if change.do is Do.ADD_USER:
                    _set_password(admin, change.partner, new_password(), keep)
                else:
                    self._make(admin, change)

    def renew(self, partner: UUID, password: str, keep: Keep) -> None:
        """Give a partner's user a new password; the one before it is good no more."""
        with self._connected() as admin:
            _set_password(admin, partner, password, keep)

    def _make(self, admin: KafkaAdminClient, change: Change) -> None:
        user = user_of(change.partner)
        match change.do:
            case Do.FORBID:
                assert change.permission is not None
                for _, _, error in admin.delete_acls([_filter(change.partner, change.permission)]):
                    _check(error)
            case Do.ALLOW:
                assert change.permission is not None
                made = admin.create_acls([_acl(change.partner, change.permission)])
                for error in made["failed"]:
                    _check(error)
            case Do.REMOVE_USER:
                gone = UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_512)
                _said(admin.alter_user_scram_credentials([gone]))
            case Do.LIFT_QUOTAS:
                _alter_quotas(admin, user, dict.fromkeys(QUOTAS))
            case Do.SET_QUOTAS:
                _alter_quotas(admin, user, self.quotas)
            case Do.MAKE_TOPIC:
                make(admin, [change.what], self._deadline)
            case Do.SET_TOPIC:
                asked = ConfigResource(ConfigResourceType.TOPIC, change.what, dict(KEPT))
                admin.alter_configs([asked])

    @contextmanager
    def _connected(self) -> Iterator[KafkaAdminClient]:
        try:
            with closing(administrator(self._connection, self._deadline)) as admin:
                yield admin
        except (SecurityDisabledError, IncompatibleBrokerVersion):
            raise MayNotAdminister(
                "the broker keeps no users and access lists: whoever reaches it may read everything"
            ) from None
        except ClusterAuthorizationFailedError:
            raise MayNotAdminister(
                "the broker does not let this user see to users and access lists"
            ) from None
        except (KafkaError, OSError) as failed:
            raise BrokerIsAway(type(failed).__name__) from failed


def _check(error: type[KafkaError]) -> None:
    if error is not NoError:
        raise error


def _said(answers: Mapping[str, str | None]) -> None:
    for message in answers.values():
        if message is not None:
            raise KafkaError(message)


def _set_password(admin: KafkaAdminClient, partner: UUID, password: str, keep: Keep) -> None:
    keep(partner, password)
    made = UserScramCredentialUpsertion(
        user_of(partner), ScramMechanism.SCRAM_SHA_512, password, iterations=ITERATIONS
    )
    _said(admin.alter_user_scram_credentials([made]))


def _settings(admin: KafkaAdminClient, topics: list[str]) -> dict[str, dict[str, str]]:
    if not topics:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in topics]
    said = admin.describe_configs(asked).get("topic", {})
    return {
        name: {key: each["value"] for key, each in said.get(name, {}).items()} for name in topics
    }


# Access lists

_PATTERNS = {True: ACLResourcePatternType.PREFIXED, False: ACLResourcePatternType.LITERAL}


def _acl(partner: UUID, permission: Permission) -> ACL:
    return ACL(
        f"User:{user_of(partner)}",
        "*",
        ACLOperation[permission.does.upper()],
        ACLPermissionType.ALLOW,
        ResourcePattern(
            ResourceType[permission.on.upper()], permission.name, _PATTERNS[permission.prefixed]
        ),
    )


def _filter(partner: UUID, permission: Permission) -> ACLFilter:
    """Matches one permission, from whatever address."""
    return ACLFilter(
        f"User:{user_of(partner)}",
        None,
        ACLOperation[permission.does.upper()],
        ACLPermissionType.ALLOW,
        ResourcePatternFilter(
            ResourceType[permission.on.upper()], permission.name, _PATTERNS[permission.prefixed]
        ),
    )


def _permissions(admin: KafkaAdminClient) -> dict[UUID, set[Permission]]:
    """What partners' users are allowed; what somebody denied them by hand is left as it is."""
    every = ACLFilter(
        None,
        None,
        ACLOperation.ANY,
        ACLPermissionType.ALLOW,
        ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
    )
    lists, _ = admin.describe_acls(every)
    found: dict[UUID, set[Permission]] = {}
    for each in lists:
        if (partner := partner_of(each.principal.removeprefix("User:"))) is not None:
            pattern = each.resource_pattern
            found.setdefault(partner, set()).add(
                Permission(
                    each.operation.name.lower(),
                    pattern.resource_type.name.lower(),
                    pattern.resource_name,
                    pattern.pattern_type is ACLResourcePatternType.PREFIXED,
                )
            )
    return found


# Quotas: the client has their messages, and no call for them.


def _asked(admin: KafkaAdminClient, request: Any) -> Any:
    return admin._manager.run(admin._manager.send, request)


def _quotas(admin: KafkaAdminClient) -> dict[UUID, dict[str, float]]:
    of_users = DescribeClientQuotasRequest.ComponentData(
        entity_type="user", match_type=2, match=None
    )
    answer = _asked(admin, DescribeClientQuotasRequest(components=[of_users], strict=True))
    _check(for_code(answer.error_code))
    found = {}
    for entry in answer.entries or ():
        if (partner := partner_of(entry.entity[0].entity_name or "")) is not None:
            found[partner] = {each.key: each.value for each in entry.values}
    return found


def _alter_quotas(admin: KafkaAdminClient, user: str, rates: Mapping[str, float | None]) -> None:
    entry = AlterClientQuotasRequest.EntryData
    of_user = entry(
        entity=[entry.EntityData(entity_type="user", entity_name=user)],
        ops=[
            entry.OpData(key=name, value=rate or 0.0, remove=rate is None)
            for name, rate in rates.items()
        ],
    )
    answer = _asked(admin, AlterClientQuotasRequest(entries=[of_user], validate_only=False))
    for each in answer.entries:
        _check(for_code(each.error_code))

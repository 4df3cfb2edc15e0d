"""Erased: a person was forgotten, under an order.

Its fact belongs to the person's own stream. It refuses to know who they were, and to destroy a key
itself.
"""

from __future__ import annotations

from typing import ClassVar

from domain.kernel import Category, Fact, Recorder
from domain.vocabulary import ErasureId

# What happened


class PersonErased(Fact):
    """The person is forgotten: everybody who was told of them is asked to remove it.

    Who was told learns the reference of the ``order`` and nothing else. From here on nothing of
    them is read, and their keys are destroyed.
    """

    TOPIC: ClassVar[str] = "person:PersonErased"
    CATEGORY: ClassVar[Category] = Category.IDENTITY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOSTS_TIMER,)

    erasure: ErasureId
    order: str


FACTS: tuple[type[Fact], ...] = (PersonErased,)

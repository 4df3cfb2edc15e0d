"""XES (IEEE 1849): one person's pathway a trace, every fact about them an event of it.

It refuses to know of anybody who never entered a pathway.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO
from uuid import UUID
from xml.sax.saxutils import quoteattr

from domain.pathway import pathway_of
from domain.vocabulary import PartnerId, PersonId
from projections.directory import Directory
from projections.mining.ocel import moment
from projections.mining.outline import Outline, Pseudonym

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/>\
<date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/></global>
<classifier name="What happened" keys="concept:name"/>
<classifier name="What happened and who recorded it" keys="concept:name org:group"/>
"""


@dataclass
class Xes:
    """The file as it is written, a trace after the other."""

    file: IO[bytes]
    names: Pseudonym
    directory: Directory

    def write(self, cases: Iterable[tuple[UUID, Sequence[Outline]]]) -> int:
        """Write all of it; how many traces there are. A case without an event is no trace."""
        self._say(HEAD)
        traces = 0
        for person, outlines in cases:
            if outlines:
                self._trace(person, outlines)
                traces += 1
        self._say("</log>\n")
        return traces

    def _trace(self, person: UUID, outlines: Sequence[Outline]) -> None:
        case = self.names.of("pathway", pathway_of(PersonId(person)))
        self._say(f"<trace>{_string('concept:name', case)}\n")
        for each in sorted(outlines, key=lambda o: (o.at, o.position)):
            self._event(each)
        self._say("</trace>\n")

    def _event(self, outline: Outline) -> None:
        said = [
            _string("concept:name", outline.name),
            f'<date key="time:timestamp" value="{moment(outline.at)}"/>',
            f'<int key="position" value="{outline.position}"/>',
            f'<date key="recorded" value="{moment(outline.recorded_at)}"/>',
        ]
        for qualifier, kind, given in outline.related:
            if qualifier == "recorded by":
                by = self.directory.partners[PartnerId(given)]
                said.append(_string("org:group", by.name))
            elif kind not in ("organisation", "service"):
                said.append(_string(qualifier, self.names.of(kind, given)))
        for name, value in outline.coded.items():
            key = quoteattr(name.replace("_", " "))
            if isinstance(value, bool):
                said.append(f'<boolean key={key} value="{str(value).lower()}"/>')
            elif isinstance(value, int):
                said.append(f'<int key={key} value="{value}"/>')
            else:
                said.append(_string(name.replace("_", " "), value))
        self._say(f"<event>{''.join(said)}</event>\n")

    def _say(self, text: str) -> None:
        self.file.write(text.encode())


def _string(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(value)}/>"

"""The demo community and its people: ``community seed`` and ``token``."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import psycopg
from cyclopts import App, Parameter

from deploy import kept
from deploy.commands.house import moment, opened, settings
from deploy.commands.output import CONFLICT, NOTHING, USAGE, Json, Progress, Stopped, say
from deploy.community import place
from deploy.kept import now
from deploy.wiring import House
from domain.agreement import AgreementSigned
from domain.kernel import Asked
from domain.policies.agreements import template
from domain.policies.days import local_date
from domain.vocabulary import Purpose, Role, Way
from projections import links, schema

if TYPE_CHECKING:  # a token is made without what serves
    from api.parts import DemoPerson

A_MINUTE = timedelta(minutes=1)

BY_MAIL = "referrals@windmill-lane.example"
"""Where the demo's library is sent links: into a folder, since nothing in a demo is sent."""

app = App(name="community", help="The demo community.")


def demo_people() -> tuple[DemoPerson, ...]:
    """Everybody one can sign in as."""
    from api.parts import DemoPerson

    return tuple(
        DemoPerson(p.practitioner, p.partner, p.name, p.title, p.organisation, p.role)
        for p in place.demo_people()
    )


def links_by_mail(house: House) -> None:
    """The library has no systems: it agrees to be sent links, to an address that is nobody's."""
    library, at = place.LIBRARY, now()
    terms = template(library.kind, local_date(at))
    signed = AgreementSigned.under(
        terms, reference=f"{library.name}, with links by mail", starts=local_date(at)
    )
    office = place.PRACTICE.those(Role.ADMINISTRATOR)[0]
    house.care.sign_agreement(
        library.id,
        signed.model_copy(update={"ways": (*terms.ways, Way.MAIL)}),
        asked=Asked(place.PRACTICE.id, at, uuid4(), office.id, purpose=Purpose.ADMINISTRATION),
    )
    house.engine.catch_up()
    with psycopg.connect(house.database.dsn(schema.RELAY), autocommit=True) as connection:
        links.agree(connection, library.id, BY_MAIL)


@app.command
def seed(
    *,
    people: Annotated[int, Parameter(help="How many people are being helped.")] = 2_000,
    years: Annotated[float, Parameter(help="How far back the history goes.")] = 1.0,
    seed: Annotated[int, Parameter(help="The same seed gives the same facts.")] = 1,
    until: Annotated[str, Parameter(help="The moment the history ends; now if left out.")] = "",
    json: Json = False,
) -> None:
    """Load a synthetic community with its history into an empty place."""
    from deploy.community import history

    with opened(history=True) as house:
        if house.log.max_notification_id():
            raise Stopped("the log is not empty: seed into an empty data folder", CONFLICT)
        began = now()
        progress = Progress("seeding", began)
        seeded = history.seed(
            house.care,
            people=people,
            years=years,
            seed=seed,
            until=moment(until, "--until") if until else began.replace(microsecond=0) - A_MINUTE,
            progress=lambda done, total: progress(done, total, now()),
        )
        seconds = (now() - began).total_seconds()
        say(
            [
                {
                    "people": seeded.people,
                    "facts": seeded.facts,
                    "seconds": round(seconds, 1),
                    "facts_per_second": round(seeded.facts / seconds),
                }
            ],
            json=json,
        )


@app.command
def compare(*, json: Json = False) -> None:
    """The community of this place beside the published figures it is calibrated to."""
    from deploy.community import calibration
    from domain.facts import FACTS
    from domain.mapping import FactMapper
    from projections.log import whole

    with opened() as house, psycopg.connect(house.database.dsn(schema.AUDIT)) as connection:
        mapper = FactMapper(FACTS, house.keys)
        try:
            rows = calibration.compare(mapper.read(stored) for stored in whole(connection))
        except calibration.TooFewToCompare as few:
            raise Stopped(str(few), NOTHING) from None
        say([row.said for row in rows], json=json)


def token(
    *,
    list_: Annotated[bool, Parameter(name="--list", help="Who there is.")] = False,
    as_: Annotated[str, Parameter(name="--as", help="A person, or a partner's system.")] = "",
    json: Json = False,
) -> None:
    """The demo's people and partners' systems; a development token for one of them."""
    people = place.demo_people()
    if list_ or not as_:
        say(
            [{"name": p.name, "title": p.title, "organisation": p.organisation} for p in people]
            + [
                {"name": name, "title": "partner system", "organisation": name}
                for name in sorted({p.organisation for p in people})
            ],
            json=json,
        )
        return
    print(token_of(as_))


def token_of(name: str) -> str:
    """A development token for one of the demo's people, or for a partner's system."""
    people, asked = place.demo_people(), name.casefold()
    found = [p for p in people if asked == p.name.casefold()]
    found = found or [p for p in people if asked in p.name.casefold()]
    systems = {p.partner for p in people if asked == p.organisation.casefold()}
    data = settings().data
    if not (data / kept.TOKENS).exists():
        with opened():  # the first command makes the place, and its secrets with it
            pass
    tokens = kept.tokens(data)
    if len(systems) == 1:
        (organisation,) = systems
        return tokens.issue(organisation, organisation, Role.SYSTEM)
    if len(found) != 1:
        raise Stopped(f"{name!r} is not one of them: `throughcare token --list`", USAGE)
    person = found[0]
    return tokens.issue(person.practitioner, person.partner, person.role)

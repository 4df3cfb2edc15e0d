"""Publishing: a month counted among a million referrals, and five years of figures read.

Referrals are written where the fold keeps them and not lived, so nothing here is folded from facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from statistics import median, quantiles
from time import perf_counter

from domain.facts import FACTS
from domain.mapping import FactMapper
from projections import measured, schema
from projections.measuring import Measuring
from projections.monthly import EVERY
from tests.bench.measuring import line
from tests.projections.place import Place

MONTHS = 60
SERVICES = 20
AFTER = datetime(2025, 6, 2, 9, tzinfo=UTC)
COUNTED = (date(2022, 3, 1), date(2023, 6, 1), date(2024, 2, 1))
READ_MS = 300.0
PUBLISHED_S = 60.0
"""What a month may take: all of five years are then published within the hour."""

REFERRALS = """
with drawn as (
    select i, gen_random_uuid() as referral, gen_random_uuid() as person,
        timestamptz '2020-01-01 12:00Z' + (random() * 1826)::int * interval '1 day' as made,
        random() as fate, (random() * 90)::int * interval '1 day' as wait,
        md5('service ' || i %% %(services)s)::uuid as service
    from generate_series(1, %(many)s) as i
)
insert into measured.courses (referral, person, course, months)
select referral, person,
    jsonb_build_object(
        'service', service, 'made_at', made,
        'about', jsonb_build_object(
            'age', (array['18 to 25', '26 to 64', '26 to 64', '65 to 74'])[1 + i %% 4],
            'sex', (array['female', 'female', 'male'])[1 + i %% 3],
            'ethnicity', (array['White', 'Asian or Asian British', 'not known'])[1 + i / 7 %% 3],
            'deprivation', 'fifth ' || 1 + i / 11 %% 5,
            'language', (array['English', 'English', 'another language'])[1 + i / 13 %% 3],
            'adjustment', (array['none recorded', 'agreed'])[1 + i / 17 %% 2]
        )
    ) || case when fate < 0.2 then
        jsonb_build_object('declined_at', made + interval '5 days', 'declined', 'not eligible')
    else jsonb_build_object(
        'accepted_at', made + interval '5 days',
        'contacts', jsonb_build_object(
            gen_random_uuid(), jsonb_build_object('content', 'treatment',
                'attendance', 'attended on time', 'starts_at', made + wait, 'at', made + wait),
            gen_random_uuid(), jsonb_build_object('content', 'treatment',
                'attendance', (array['attended on time', 'did not attend'])[1 + i %% 2],
                'starts_at', made + wait + interval '7 days',
                'at', made + wait + interval '7 days'),
            gen_random_uuid(), jsonb_build_object('content', 'treatment',
                'attendance', 'attended on time', 'starts_at', made + wait + interval '14 days',
                'at', made + wait + interval '14 days')
        ),
        'scores', jsonb_build_object(
            'PHQ-9', jsonb_build_object(
                gen_random_uuid(), jsonb_build_object('at', made + wait, 'total', 8 + i %% 20),
                gen_random_uuid(), jsonb_build_object(
                    'at', made + wait + interval '14 days', 'total', i %% 16)),
            'GAD-7', jsonb_build_object(
                gen_random_uuid(), jsonb_build_object('at', made + wait, 'total', 6 + i %% 16),
                gen_random_uuid(), jsonb_build_object(
                    'at', made + wait + interval '14 days', 'total', i %% 13)))
    ) || case when fate < 0.7 then jsonb_build_object(
        'ended_at', made + wait + interval '30 days', 'end', 'completed by agreement'
    ) else '{}' end end,
    array(select distinct date_trunc('month', at)::date from unnest(array[
        made, made + interval '5 days',
        case when fate >= 0.2 then made + wait end,
        case when fate >= 0.2 then made + wait + interval '7 days' end,
        case when fate >= 0.2 then made + wait + interval '14 days' end,
        case when fate >= 0.2 and fate < 0.7 then made + wait + interval '30 days' end
    ]) as at where at is not null)
from drawn
"""
NAMED = """
insert into measured.services (service, name)
select md5('service ' || i %% %(services)s)::uuid, 'Service ' || i
from generate_series(1, %(services)s) as i
"""
YEARS = """
with those as (
    insert into measured.publications (month, position, published_at)
    select month::date, 1, '2025-06-01'
    from generate_series(date '2020-01-01', date '2024-12-01', interval '1 month') as month
    where month::date <> all(%(counted)s)
    returning id
)
insert into measured.lines (publication, service, characteristic, measure, value, counted, "of")
select those.id, l.service, l.characteristic, l.measure, l.value, l.counted, l."of"
from those cross join measured.lines as l
where l.publication = (select max(id) from measured.publications)
"""


def lines(place: Place, *, referrals: int, repeats: int, asked: int) -> Iterator[str]:
    """Seconds to publish a month, and milliseconds to read figures of all of them."""
    with place.as_superuser() as connection:
        connection.execute(REFERRALS, {"many": referrals, "services": SERVICES})
        connection.execute(NAMED, {"services": SERVICES})
        connection.execute("update measured.reached set position = (select position from log.head)")
        connection.execute("analyze measured.courses")
    counting = Measuring(
        place.database.dsn(schema.PROJECT),
        FactMapper(FACTS, place.keys),
        place.keys,
        lambda: AFTER,
    )
    took = []
    for month in COUNTED:
        with place.as_superuser() as connection:
            connection.execute(
                "insert into measured.months (month, changed) values (%s, 1)", [month]
            )
        began = perf_counter()
        (published,) = counting.once()
        took.append(perf_counter() - began)
    (touched,) = place.rows(
        "select count(*) from measured.courses where months @> array[%s::date]", COUNTED[-1]
    )[0]
    yield line(
        f"count and publish one month, {referrals:,} referrals, {SERVICES} services",
        events=touched,
        value=median(took),
        unit="s",
        limit="the goal",
        limit_value=PUBLISHED_S,
        repeats=len(took),
        lines=published.lines,
    )
    with place.as_superuser() as connection:
        connection.execute(YEARS, {"counted": list(COUNTED)})
        connection.execute("analyze measured.lines")
    reading = place.database.connect(schema.SERVE)
    every_service = partial(measured.said, reading, service=None, measures=["accepted", "recovery"])
    by_group = partial(measured.said, reading, service="Service 7", characteristic=None)
    for what, read in (
        (f"all measures of {MONTHS} months", partial(measured.said, reading)),
        (f"two measures of every service, {MONTHS} months", every_service),
        (f"all measures of one service by every group, {MONTHS} months", by_group),
        ("which services there are", partial(measured.services, reading)),
    ):
        assert read()
        yield line(
            f"{what}, 95th percentile",
            events=asked,
            value=_p95(read, asked),
            unit="ms",
            limit="the goal",
            limit_value=READ_MS,
            repeats=repeats,
        )
    assert len(measured.said(reading, service=EVERY, measures=["accepted"])) == MONTHS


def _p95(read: Callable[[], object], asked: int) -> float:
    took = []
    for _ in range(asked):
        began = perf_counter()
        read()
        took.append(1000 * (perf_counter() - began))
    return quantiles(took, n=20, method="inclusive")[18]

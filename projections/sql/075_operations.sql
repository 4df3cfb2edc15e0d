-- What who operates the place sees of how partners are told, and whose entries are held back since
-- one of them cannot be read. It names nobody who is helped.

-- A person (or the partner, for what is about nobody) of whom an entry cannot be read from its
-- stored bytes: from that number on the person's entries are handed to nobody who asks.
create table delivery.held (
    id       uuid        primary key default gen_random_uuid(),
    partner  uuid        not null,
    subject  uuid        not null,
    number   bigint      not null,   -- the first that cannot be read
    position bigint      not null,   -- of the fact it tells
    type     text        not null,
    reason   text        not null,   -- a kind of error, never what the entry says
    held_at  timestamptz not null default clock_timestamp(),
    unique (partner, subject)
);

select share.wall('delivery.held', 'partner');
create policy of_relay on delivery.held to throughcare_relay using (true) with check (true);
create policy of_auditor on delivery.held for select to throughcare_audit using (true);

grant select, insert on delivery.held to throughcare_serve;
grant update (number, position, type, reason) on delivery.held to throughcare_serve;
grant select, delete on delivery.held to throughcare_relay;
grant select on delivery.held to throughcare_audit;

-- The numbers that are held back of one partner. It reads as who asks.
create function delivery.held_numbers(of_partner uuid) returns setof bigint
language sql stable set search_path = pg_catalog as $$
    select e.number
    from delivery.held as h
    join share.entries as e
        on e.partner = h.partner and e.subject = h.subject and e.number >= h.number
    where h.partner = of_partner
    union all
    select e.number
    from delivery.held as h
    join share.entries as e
        on e.partner = h.partner and e.subject is null and e.number >= h.number
    where h.partner = of_partner and h.subject = of_partner
    order by 1
$$;

-- As before, but a partner that has all that is not held back waits for nothing.
create or replace function delivery.reading()
returns table (partner uuid, way text, number bigint, newest bigint, at timestamptz,
               waits_since timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    select p.partner, r.way, r.number, p.number, r.at,
           (
               select e.recorded_at
               from share.entries as e
               where e.partner = p.partner and e.number > r.number
                   and not exists (
                       select from delivery.held as h
                       where h.partner = e.partner
                           and h.subject = coalesce(e.subject, e.partner)
                           and h.number <= e.number
                   )
               order by e.number
               limit 1
           )
    from share.partners as p
    left join delivery.readers as r on r.partner = p.partner
    order by p.partner, r.way
$$;

-- The topic of each partner that has one, and since when its next entry waits.
create function delivery.topics_stand()
returns table (partner uuid, generation integer, reached bigint, newest bigint, at timestamptz,
               waits_since timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    select t.partner, t.generation, t.reached, p.number, t.reached_at,
           (
               select e.recorded_at from share.entries as e
               where e.partner = t.partner and e.number = coalesce(t.reached, t.first - 1) + 1
           )
    from delivery.topics as t
    join share.partners as p on p.partner = t.partner
    where t.gone_at is null
        and t.generation = (select max(n.generation) from delivery.topics as n
                            where n.partner = t.partner)
    order by t.partner
$$;

-- How many cases wait for each partner, and since when the first of them does.
create function delivery.cases_wait()
returns table (partner uuid, way text, cases bigint, since timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    select c.partner, 'kafka', count(*), min(c.parked_at)
    from delivery.parked_cases as c group by c.partner
    union all
    select h.partner, 'feed', count(*), min(h.held_at) from delivery.held as h group by h.partner
    order by 1, 2
$$;

-- How each endpoint that has not ended stands: its host and never its whole address, since when
-- its tries come to nothing, and since when news waits for it.
create function delivery.endpoints_stand()
returns table (partner uuid, name text, host text, state text, why text, state_at timestamptz,
               told bigint, newest bigint, failures smallint, failing_since timestamptz,
               last_at timestamptz, due_at timestamptz, waits_since timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    select e.partner, e.name, substring(e.url from '^[a-z]+://([^/?]+)'), e.state, e.why, e.state_at,
           e.told, coalesce(p.number, 0), e.failures,
           case when e.state = 'active' and e.failures > 0 then (
               select min(a.at)
               from delivery.attempts as a
               join delivery.messages as m on m.id = a.message
               where a.endpoint = e.id and m.type <> 'share.Test.v1' and a.number > coalesce(
                   (
                       select max(g.number) from delivery.attempts as g
                       where g.endpoint = e.id and g.failure = '' and g.status between 200 and 299
                   ), 0)
           ) end,
           e.last_at, e.due_at,
           (
               select n.recorded_at from share.entries as n
               where n.partner = e.partner and n.number = e.told + 1
           )
    from delivery.endpoints as e
    left join share.partners as p on p.partner = e.partner
    where e.state <> 'ended'
    order by e.partner, e.made_at
$$;

-- Each mailbox of NHS MESH in which a partner is told: how far it is, and what is not taken.
create function delivery.mailboxes_stand()
returns table (partner uuid, name text, reached bigint, collected bigint, newest bigint,
               at timestamptz, failure text, waits_since timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    select m.partner, m.mailbox, r.reached, r.collected, coalesce(p.number, 0), r.at, m.failure,
           (
               select e.recorded_at from share.entries as e
               where e.partner = m.partner and e.number = r.reached + 1
           )
    from delivery.mailboxes as m
    cross join lateral (
        select coalesce(max(s.last) filter (where s.sent is not null), m.after) as reached,
               max(s.last) filter (where s.collected is not null) as collected, max(s.sent) as at
        from delivery.mailings as s where s.mailbox = m.number
    ) as r
    left join share.partners as p on p.partner = m.partner
    where m.ended is null
    order by m.partner
$$;

revoke all on function delivery.held_numbers, delivery.topics_stand, delivery.cases_wait,
    delivery.endpoints_stand, delivery.mailboxes_stand from public;
grant execute on function delivery.held_numbers, delivery.topics_stand, delivery.cases_wait,
    delivery.endpoints_stand, delivery.mailboxes_stand to throughcare_serve;

-- The second wall: whoever serves reads the rows of one partner, in a transaction that says whose
-- they are. What serving needs beyond one partner's rows is asked of functions that answer just that.

-- Whose rows this transaction reads; null, which is nobody's, when it has not said so.
create function share.whose() returns uuid language sql stable parallel safe
return nullif(current_setting('throughcare.partner', true), '')::uuid;

-- Builds the wall around a table: the serving role sees the rows of the partner in this column, and
-- with no column none at all. Row security holds for who owns the table too, so the owner, whose
-- functions and migrations need every row, and the engine are let through by name.
create function share.wall(guarded regclass, of_partner name default null)
returns void language plpgsql set search_path = pg_catalog as $$
begin
    execute format('alter table %s enable row level security', guarded);
    execute format('alter table %s force row level security', guarded);
    execute format(
        'create policy of_everybody on %s to throughcare_owner, throughcare_project '
        'using (true) with check (true)', guarded
    );
    if of_partner is not null then
        -- In a subquery it is evaluated once for a statement, and an index can be searched for it.
        execute format(
            'create policy of_partner on %s to throughcare_serve '
            'using (%2$I = (select share.whose())) with check (%2$I = (select share.whose()))',
            guarded, of_partner
        );
    end if;
end
$$;

select share.wall('share.entries', 'partner');
select share.wall('share.subjects', 'partner');
select share.wall('share.partners');
select share.wall('share.circles');
select share.wall('views.caseload', 'partner');
select share.wall('views.referrals', 'partner');
select share.wall('views.meetings', 'partner');
select share.wall('views.agreed', 'partner');
select share.wall('views.groups', 'partner');
select share.wall('views.unmet', 'partner');
select share.wall('views.feedback', 'partner');
select share.wall('views.training_attended');
select share.wall('views.matches');
select share.wall('views.silences');
select share.wall('views.ties');
select share.wall('intake.messages', 'organisation');

-- Who attended is known to who employs them and to who held the training.
create policy of_partner on views.training_attended to throughcare_serve using (
    partner = (select share.whose())
    or exists (
        select from views.training as held
        where held.id = training_attended.training and held.holder = (select share.whose())
    )
);

-- Two records are compared by who knows both.
create policy of_partner on views.matches to throughcare_serve using (
    exists (
        select from share.subjects as s
        where s.partner = (select share.whose()) and s.person = matches.one
    )
    and exists (
        select from share.subjects as s
        where s.partner = (select share.whose()) and s.person = matches.other
    )
);

-- The relay reads one partner's share at a time, and of all of them how far they are.
create policy of_relay on share.entries for select to throughcare_relay
    using (partner = (select share.whose()));
create policy of_relay on share.partners for select to throughcare_relay using (true);

-- An auditor sees what everybody was told; the texts in it stay sealed, for it has no keys.
create policy of_auditor on share.entries for select to throughcare_audit using (true);
create policy of_auditor on share.subjects for select to throughcare_audit using (true);
create policy of_auditor on share.partners for select to throughcare_audit using (true);

-- What serving asks beyond one partner's rows

create function log.position_at(moment timestamptz) returns bigint language sql stable
security definer set search_path = pg_catalog as $$
    select f.position from log.facts as f
    where f.recorded_at <= moment
    order by f.recorded_at desc, f.position desc
    limit 1
$$;

create function log.recorded_at(at bigint) returns timestamptz language sql stable
security definer set search_path = pg_catalog as $$
    select f.recorded_at from log.facts as f where f.position = at
$$;

-- Whom blinded details may be of; a key that more share than this tells nobody apart.
create function share.alike(blinds bytea[]) returns table (blind bytea, person uuid)
language sql stable security definer set search_path = pg_catalog as $$
    select k.blind, i.person
    from unnest(blinds) as k (blind)
    cross join lateral (
        select found.person from share.identifiers as found
        where found.blind = k.blind
        order by found.person
        limit 100
    ) as i
$$;

-- Whether who asks made this person known again, and so knows what it said itself alone.
create function share.only_said(of_person uuid) returns boolean language sql stable
security definer set search_path = pg_catalog as $$
    select jsonb_exists(convert_from(c.state, 'UTF8')::jsonb -> 'acquainted', share.whose()::text)
    from share.circles as c
    where c.person = of_person
$$;

create function share.custody() returns table (responsible uuid, people bigint)
language sql stable security definer set search_path = pg_catalog as $$
    select c.responsible, count(*) from share.circles as c where c.open group by c.responsible
$$;

-- Every two records that may be one person's, for who looks after the records of the place.
create function views.every_match(in_states text[], which uuid)
returns table (id uuid, one uuid, other uuid, verdict text, state text, since timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    select m.id, m.one, m.other, m.verdict, m.state, m.since
    from views.matches as m
    where m.state = any(in_states) and (which is null or m.id = which)
    order by m.since, m.id
    limit 200
$$;

-- What was wanted in vain in the whole place, each once, without a person.
create function views.unmet_of_the_place(up_to bigint)
returns table (
    partner uuid, id uuid, subject uuid, waiting boolean, service uuid, step smallint, why text,
    need text, practice uuid, at timestamptz, "position" bigint, met_at timestamptz,
    met_position bigint
)
language sql stable security definer set search_path = pg_catalog as $$
    select min(u.partner::text)::uuid, u.id, null::uuid, false, u.service, u.step, u.why,
           max(u.need), null::uuid, u.at, min(u.position), min(u.met_at), min(u.met_position)
    from views.unmet as u
    where not u.waiting and u.position <= up_to
    group by u.id, u.service, u.step, u.why, u.at
$$;

-- Each role what its process does, and no more

revoke select on log.facts, log.intentions, share.partners, share.circles, share.identifiers,
    views.silences, views.ties, views.gone, views.reviews, views.concerns, views.team_reviews,
    views.queues, views.closed from throughcare_serve;
revoke execute on function log.append from throughcare_serve;
grant execute on function share.whose, log.position_at, log.recorded_at, share.alike,
    share.only_said, share.custody, views.every_match, views.unmet_of_the_place
    to throughcare_serve;
grant execute on function share.alike to throughcare_project;

grant usage on schema log to throughcare_decide, throughcare_audit;
grant select on log.facts, log.intentions, log.head to throughcare_decide, throughcare_audit;
grant execute on function log.append to throughcare_decide;

grant usage on schema share to throughcare_relay, throughcare_audit;
grant select on share.partners, share.entries to throughcare_relay, throughcare_audit;
grant select on share.subjects, share.parked to throughcare_audit;
grant execute on function share.whose to throughcare_relay;
grant usage on schema views to throughcare_audit;
grant select on views.positions to throughcare_audit;

-- Any process may ask whether its database is of this release.
grant usage on schema public to throughcare_serve, throughcare_decide, throughcare_project,
    throughcare_relay, throughcare_audit, throughcare_keys, throughcare_seed;
grant select on public.throughcare_migrations to throughcare_serve, throughcare_decide,
    throughcare_project, throughcare_relay, throughcare_audit, throughcare_keys, throughcare_seed;

-- What who operates the place asked of a view on a page, and what came of it. The page's role only
-- asks, for it may touch no view; whoever folds carries it out, as its role may.

create schema operating;

create table operating.asked (
    id         uuid        primary key,
    number     bigint      generated always as identity unique,
    view       text        not null references views.folded,
    what       text        not null
                           check (what in ('rebuild', 'compare', 'switch', 'roll-back', 'removal')),
    why        text        not null,
    asked_by   uuid        not null,   -- a practitioner
    asked_at   timestamptz not null default clock_timestamp(),
    begun_at   timestamptz,
    done       bigint      not null default 0,  -- entries folded so far
    of         bigint      not null default 0,
    ended_at   timestamptz,
    outcome    text        check (outcome in ('done', 'differs', 'refused')),
    said       text        not null default '',
    check ((ended_at is null) = (outcome is null))
);

-- One thing at a time is asked of a view.
create unique index asked_one_at_a_time on operating.asked (view) where ended_at is null;

-- What stands beside each view that can be built anew; of its entries how many are folded, and of
-- how many. It names nobody.
create function operating.views_beside()
returns table (view text, built boolean, unfinished boolean, entries bigint, of bigint,
               seconds float8, switched_at timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    select f.name, b.name is not null,
           exists (select from views.build_lanes as l where l.name = f.name),
           coalesce(b.entries, 0),
           (select coalesce(sum(p.number), 0)::bigint from share.partners as p),
           coalesce(b.seconds, 0), b.switched_at
    from views.folded as f
    left join views.builds as b on b.name = f.name
    order by f.name
$$;

revoke all on function operating.views_beside from public;
grant usage on schema operating to throughcare_serve, throughcare_project;
grant execute on function operating.views_beside to throughcare_serve;
grant select on operating.asked to throughcare_serve, throughcare_project;
grant insert (id, view, what, why, asked_by) on operating.asked to throughcare_serve;
grant update (begun_at, done, of, ended_at, outcome, said) on operating.asked to throughcare_project;

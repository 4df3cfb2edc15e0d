-- What a row of the caseload was, and between which positions: pages of an earlier moment are read
-- from here as pages of now are read from views.caseload.

-- From which position on versions are kept; what was before is folded anew from the share.
create table views.kept_from (
    name     text   primary key,
    position bigint not null
);

-- One row for each version, and one for what holds now, whose content is in views.caseload.
-- `known_until` is the position at which the next version began; of what holds now the last bigint.
create table views.caseload_versions (
    partner     uuid        not null,
    subject     uuid        not null,
    known_from  bigint      not null,
    known_until bigint      not null check (known_until > known_from),
    -- Versions that lasted about as long, and began near each other: nearly all of a cell hold at a
    -- moment, or none. Those that hold now are cut by when they began alone. `projections.versions`.
    cell        bigint      not null generated always as (
        case when known_until = 9223372036854775807
        then (31::bigint << 48) + (known_from >> 18)
        else (width_bucket(known_until - known_from, '{4096, 16384, 65536, 262144, 1048576, 4194304,
                  16777216, 67108864, 268435456, 1073741824}'::bigint[])::bigint << 48)
             + (known_from >> (11 + 2 * width_bucket(known_until - known_from, '{4096, 16384, 65536,
                  262144, 1048576, 4194304, 16777216, 67108864, 268435456,
                  1073741824}'::bigint[])))
        end
    ) stored,
    waiting     timestamptz not null,   -- since when; infinity if for nothing
    urgency     smallint    not null,
    complexity  smallint    not null,
    name        text        not null,
    packed      bytea,                  -- its content, by `projections.versions`
    primary key (partner, subject, known_until)
);

alter table views.caseload_versions alter column packed set storage external;

create index caseload_versions_by_urgency on views.caseload_versions
    (partner, cell, urgency, waiting, subject, known_from, known_until);
create index caseload_versions_by_complexity on views.caseload_versions
    (partner, cell, complexity, waiting, subject, known_from, known_until);
create index caseload_versions_by_name on views.caseload_versions
    (partner, name, subject, known_from, known_until);
create index caseload_versions_over on views.caseload_versions (known_until)
    where known_until < 9223372036854775807;

-- How many more rows of a status there were after a stretch of positions than before it, for
-- stretches of 1, 32, 1024 … positions: how many there were at a moment is the sum of a few.
create table views.caseload_changes (
    partner uuid     not null,
    span    smallint not null,
    bucket  bigint   not null,
    urgency smallint not null,
    many    integer  not null,
    primary key (partner, span, bucket, urgency)
);

insert into views.kept_from (name, position)
select 'caseload', position from views.positions where name = 'share';

insert into views.caseload_versions
    (partner, subject, known_from, known_until, waiting, urgency, complexity, name)
select partner, subject,
       coalesce((convert_from(content, 'UTF8')::jsonb ->> 'position')::bigint, 0),
       9223372036854775807, coalesce(waiting_since, 'infinity'), urgency, complexity, name
from views.caseload;

insert into views.caseload_changes (partner, span, bucket, urgency, many)
select partner, span, known_from >> (5 * span), urgency, count(*)
from views.caseload_versions cross join generate_series(0, 5) as s (span)
group by 1, 2, 3, 4;

select share.wall('views.caseload_versions', 'partner');
select share.wall('views.caseload_changes', 'partner');

-- Which of these persons' keys were destroyed, of those that who asks knows.
create function share.erased(subjects uuid[]) returns setof uuid
language sql stable security definer set search_path = pg_catalog as $$
    select s.subject
    from share.subjects as s
    join keys.person_keys as k on k.person = s.person
    where s.partner = share.whose() and s.subject = any(subjects) and k.destroyed_at is not null
$$;

revoke all on function share.erased from public;
grant execute on function share.erased to throughcare_serve;
grant select on views.kept_from, views.caseload_versions, views.caseload_changes
    to throughcare_serve, throughcare_project;
grant insert, update, delete on views.caseload_versions, views.caseload_changes
    to throughcare_project;
grant update on views.kept_from to throughcare_project;
grant select on views.kept_from to throughcare_audit;

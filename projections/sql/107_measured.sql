-- What a month was said to have been: figures as they were published, each publication for good. Beside
-- them what they are counted from, which only the engine's role reads: ids and coarse groups of people.

create schema measured;

-- How far the facts were followed; written together with what they changed.
create table measured.reached (
    once     boolean primary key default true check (once),
    position bigint  not null
);

insert into measured.reached (position) values (0);

create table measured.services (
    service uuid primary key,
    name    text not null
);

-- Who wants to be in no total.
create table measured.left_out (person uuid primary key);

-- A referral and what came of it: its service, groups of its person on the day, dates and scores. No
-- name, no date of birth and no word that anybody wrote.
create table measured.courses (
    referral uuid   primary key,
    person   uuid   not null,
    course   jsonb  not null,
    months   date[] not null  -- in which it counts for anything
);

create index courses_of_person on measured.courses (person);
create index courses_of_month on measured.courses using gin (months);

-- Of which position something in a month changed last, and which was looked at to publish it.
create table measured.months (
    month   date   primary key,
    changed bigint not null,
    counted bigint not null default -1,
    rules   text   not null default ''  -- a digest of the measures that it was counted by
);

create table measured.publications (
    id           bigint      primary key generated always as identity,
    month        date        not null check (extract(day from month) = 1),
    position     bigint      not null,
    published_at timestamptz not null,
    restates     bigint      references measured.publications  -- in whose place its figures come
);

create index publications_of_month on measured.publications (month, published_at);

-- Every figure went through disclosure control; null is hidden.
create table measured.lines (
    publication    bigint  not null references measured.publications,
    service        text    not null,
    characteristic text    not null,
    measure        text    not null,
    value          text    not null,
    counted        integer,
    "of"           integer,
    primary key (publication, service, characteristic, measure, value)
);

-- Who said of which publication that the month's figures stay as it has them.
create table measured.frozen (
    month       date        primary key,
    publication bigint      not null references measured.publications,
    frozen_by   text        not null check (length(frozen_by) between 1 and 100),
    frozen_at   timestamptz not null
);

create function measured.refuse_rewriting() returns trigger language plpgsql as $$
begin
    raise exception 'what was published is not rewritten: % on measured is refused', tg_op
        using errcode = 'restrict_violation', hint = 'Publish the month again: it is restated.';
end
$$;

create trigger publications_are_kept before update or delete or truncate on measured.publications
    for each statement execute function measured.refuse_rewriting();
alter table measured.publications enable always trigger publications_are_kept;
create trigger lines_are_kept before update or delete or truncate on measured.lines
    for each statement execute function measured.refuse_rewriting();
alter table measured.lines enable always trigger lines_are_kept;
create trigger frozen_is_kept before update or delete or truncate on measured.frozen
    for each statement execute function measured.refuse_rewriting();
alter table measured.frozen enable always trigger frozen_is_kept;
revoke all on function measured.refuse_rewriting() from public;

grant usage on schema measured to throughcare_serve, throughcare_project;
grant select on measured.publications, measured.lines, measured.frozen to throughcare_serve;
grant select, insert on measured.publications, measured.lines, measured.frozen
    to throughcare_project;
grant select, update on measured.reached to throughcare_project;
grant select, insert, update on measured.services, measured.courses, measured.months
    to throughcare_project;
grant select, insert, delete on measured.left_out to throughcare_project;

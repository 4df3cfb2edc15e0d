-- Records that may be of one person, so that somebody looks at the two. Ids alone: by which keys they
-- were found rests blinded in share.identifiers, which tells names to nobody without the master key.

create table views.matches (
    id       uuid        primary key,
    one      uuid        not null,
    other    uuid        not null,
    verdict  text        not null check (verdict in ('the same', 'perhaps the same')),
    state    text        not null check (state in ('to review', 'ruled out', 'linked', 'unlinked')),
    since    timestamptz not null,
    position bigint      not null,
    unique (one, other),
    check (one < other)
);

create index matches_of_other on views.matches (other);
create index matches_by_state on views.matches (state, since, id);
create index subjects_of_person on share.subjects (person, partner);

insert into views.positions (name, position)
select 'matches', position from views.positions where name = 'share';

grant select on views.matches to throughcare_serve;
grant select, insert, update, delete on views.matches to throughcare_project;

-- Which part of the people a worker of the group folds, and how far. No row: one process folds all.

create table views.partitions (
    partition   smallint    primary key check (partition >= 0),
    owner       uuid,                  -- who took it last: nobody else may go on
    next_offset bigint      not null check (next_offset >= 0),  -- of the internal topic
    position    bigint      not null,  -- all up to this fact is folded
    moved_at    timestamptz not null default clock_timestamp()
);

-- How far each partner's share is folded in a partition: what comes a second time is passed over.
create table views.partition_numbers (
    partition smallint not null references views.partitions on delete cascade,
    partner   uuid     not null,
    number    bigint   not null,
    primary key (partition, partner)
);

-- A person of whom an entry could not be folded for this partner, or what is about nobody (then the
-- subject is the partner): their entries wait, the others go on.
create table views.parked_persons (
    id        uuid        primary key default gen_random_uuid(),
    partition smallint    not null references views.partitions,
    partner   uuid        not null,
    subject   uuid        not null,
    first     bigint      not null,  -- the numbers that wait, among others
    last      bigint      not null,
    position  bigint      not null,  -- of the fact it tells
    type      text        not null,
    reason    text        not null,  -- a kind of error, never what the entry says
    parked_at timestamptz not null default clock_timestamp(),
    unique (partner, subject)
);

select share.wall('views.partition_numbers');
select share.wall('views.parked_persons');
create policy of_auditor on views.parked_persons for select to throughcare_audit using (true);

grant select, insert, update, delete
    on views.partitions, views.partition_numbers, views.parked_persons to throughcare_project;
grant select on views.partitions, views.parked_persons to throughcare_audit;

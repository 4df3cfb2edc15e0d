-- After a restore that lost what was signed, the log goes on under another name: an origin. Each
-- such opening is a row that stays, and what is signed after it is told apart by its number. What
-- was signed under the first name has the number 0, and no row here.

create table tree.origins (
    opening     smallint    primary key check (opening > 0),
    origin      text        not null unique,
    opened_at   timestamptz not null,
    size        bigint      not null check (size >= 0),    -- how many facts there were then
    shared      bigint      not null check (shared >= 0),  -- up to which number both logs agree
    ended       text        not null,  -- the newest checkpoint of the log before, a signed note
    because     text        not null check (because <> ''),
    opened_by   text        not null check (opened_by <> ''),
    approved_by text        not null check (approved_by <> ''),
    statement   text        not null,  -- what everybody is told, a signed note
    check (opened_by <> approved_by)
);

create trigger origins_are_kept before update or delete or truncate on tree.origins
    for each statement execute function log.refuse_rewriting();
alter table tree.origins enable always trigger origins_are_kept;

-- Who decided it is for those who audit; everybody else needs what was said of it.
grant insert on tree.origins to throughcare_tree;
grant select on tree.origins to throughcare_audit;
grant select (opening, origin, opened_at, size, shared, ended, because, statement)
    on tree.origins to throughcare_tree, throughcare_serve, throughcare_relay;

-- The restored log may have as many facts as its newest checkpoint: the same size is signed again,
-- under the other name.
alter table tree.checkpoints add column opening smallint not null default 0;
alter table tree.cosignatures add column opening smallint not null default 0;
alter table tree.checkpoints drop constraint checkpoints_pkey cascade;
alter table tree.checkpoints add primary key (opening, size);
alter table tree.cosignatures drop constraint cosignatures_pkey;
alter table tree.cosignatures add primary key (opening, size, witness);
alter table tree.cosignatures
    add foreign key (opening, size) references tree.checkpoints (opening, size);
drop index tree.cosignatures_witness_size_idx;
create index on tree.cosignatures (witness, opening, size);

-- Of which of them a witness said that it was taken back: what it says of one ends with it.
alter table tree.witnesses add column opening smallint not null default 0;
grant update (opening) on tree.witnesses to throughcare_relay;

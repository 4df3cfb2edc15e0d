-- The tree over the log (RFC 6962): a leaf for each fact, in the order of their positions, and what
-- was signed over it. A leaf covers every column of its fact, the leaf before it in the same stream
-- and the last one before it of the same person, so that nothing of either can be left out unseen.
-- What a leaf is, byte by byte, is said a second time in projections/verifier.py: they must agree.

create schema tree;

create table tree.leaves (
    position bigint primary key check (position > 0),
    hash     bytea  not null check (octet_length(hash) = 32)
);

-- Roots of whole subtrees: of 256 leaves at level 1, of 256 of those at level 2 and so on.
create table tree.subtrees (
    level smallint not null check (level > 0),
    index bigint   not null check (index >= 0),
    hash  bytea    not null check (octet_length(hash) = 32),
    primary key (level, index)
);

create table tree.checkpoints (
    size      bigint      primary key check (size >= 0),
    root      bytea       not null check (octet_length(root) = 32),
    note      text        not null,  -- signed, as it is given out
    signed_at timestamptz not null default clock_timestamp()
);

create table tree.cosignatures (
    size    bigint      not null references tree.checkpoints,
    witness text        not null,
    line    text        not null,    -- of a signed note
    at      timestamptz not null default clock_timestamp(),
    primary key (size, witness)
);

-- By which keys it is signed, as C2SP writes them: name+id+key. The name is the log's origin.
create table tree.keys (
    key   text        primary key,
    since timestamptz not null default clock_timestamp()
);

-- Why the signer signs nothing, if so.
create table tree.signing (
    only_row boolean     primary key default true check (only_row),
    refused  text,
    since    timestamptz
);

insert into tree.signing default values;

alter table tree.leaves alter hash set storage plain;
alter table tree.leaves set (
    autovacuum_freeze_min_age = 0,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000
);

create trigger leaves_are_kept before update or delete or truncate on tree.leaves
    for each statement execute function log.refuse_rewriting();
create trigger subtrees_are_kept before update or delete or truncate on tree.subtrees
    for each statement execute function log.refuse_rewriting();
create trigger checkpoints_are_kept before update or delete or truncate on tree.checkpoints
    for each statement execute function log.refuse_rewriting();
create trigger cosignatures_are_kept before update or delete or truncate on tree.cosignatures
    for each statement execute function log.refuse_rewriting();
create trigger keys_are_kept before update or delete or truncate on tree.keys
    for each statement execute function log.refuse_rewriting();
alter table tree.leaves enable always trigger leaves_are_kept;
alter table tree.subtrees enable always trigger subtrees_are_kept;
alter table tree.checkpoints enable always trigger checkpoints_are_kept;
alter table tree.cosignatures enable always trigger cosignatures_are_kept;
alter table tree.keys enable always trigger keys_are_kept;

-- Leaves for the facts up to a position; how many there are then. It is called where the share is
-- told, under its lease. What does not hang on another leaf is reckoned a piece at a time; the links
-- are looked up in the piece itself or in what stands. A position without a fact gets a leaf that is
-- nobody's: care goes on, and whoever would sign it finds that it is wrong.
create function tree.grow(up_to bigint) returns bigint
language plpgsql security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    none constant bytea := decode(repeat('00', 32), 'hex');
    nobody constant bytea := decode(repeat('00', 17), 'hex');
    whole bigint := coalesce((select max(position) from tree.leaves), 0);
    last bigint;
    hashes bytea[];
    each record;
begin
    while whole < up_to loop
        last := least(up_to, whole + 4096);
        hashes := array_fill(null::bytea, array[(last - whole)::integer]);
        for each in
            select f.position - whole as place,
                   '\x0001'::bytea || int8send(f.position) || uuid_send(f.stream)
                       || int4send(f.version) as head,
                   before.position - whole as earlier, earlier.hash as earlier_hash,
                   own.position - whole as own, of_own.hash as own_hash,
                   sha256(
                       int4send(octet_length(t.topic)) || t.topic
                       || int2send(f.schema)
                       || case when f.person is null then nobody
                               else '\x01'::bytea || uuid_send(f.person) end
                       || int4send(octet_length(t.label)) || t.label
                       || int8send((extract(epoch from f.effective_at) * 1000000)::bigint)
                       || int8send((extract(epoch from f.recorded_at) * 1000000)::bigint)
                       || case when f.practitioner is null then nobody
                               else '\x01'::bytea || uuid_send(f.practitioner) end
                       || uuid_send(f.organisation)
                       || int4send(octet_length(t.purpose)) || t.purpose
                       || uuid_send(f.correlation)
                       || case when f.causation is null then '\xffffffff'::bytea
                               else int4send(octet_length(t.causation)) || t.causation end
                       || uuid_send(f.intention)
                   ) || sha256(f.state) as tail
            from log.facts as f
            cross join lateral (
                select convert_to(f.topic, 'UTF8'), convert_to(f.label, 'UTF8'),
                       convert_to(f.purpose, 'UTF8'), convert_to(f.causation, 'UTF8')
                offset 0
            ) as t (topic, label, purpose, causation)
            left join log.facts as before
                on before.stream = f.stream and before.version = f.version - 1
                    and before.position < f.position
            left join tree.leaves as earlier on earlier.position = before.position
            left join lateral (
                select p.position from log.facts as p
                where p.person = f.person and p.position < f.position
                order by p.position desc
                limit 1
            ) as own on true
            left join tree.leaves as of_own on of_own.position = own.position
            where f.position > whole and f.position <= last
            order by f.position
        loop
            hashes[each.place] := sha256(
                each.head
                || case when each.earlier > 0 then hashes[each.earlier]
                        else coalesce(each.earlier_hash, none) end
                || case when each.own > 0 then hashes[each.own]
                        else coalesce(each.own_hash, none) end
                || each.tail
            );
        end loop;
        insert into tree.leaves (position, hash)
        select whole + place, coalesce(hash, none)
        from unnest(hashes) with ordinality as h (hash, place);
        whole := last;
    end loop;
    return whole;
end
$$;

revoke all on function tree.grow from public;
grant execute on function tree.grow to throughcare_project;

grant usage on schema tree
    to throughcare_tree, throughcare_project, throughcare_serve, throughcare_relay,
       throughcare_audit;
grant usage on schema log to throughcare_tree;
grant select on log.facts, log.head to throughcare_tree;
grant select on tree.leaves, tree.subtrees, tree.checkpoints, tree.cosignatures, tree.keys,
    tree.signing
    to throughcare_tree, throughcare_serve, throughcare_relay, throughcare_audit;
grant insert on tree.subtrees, tree.checkpoints, tree.cosignatures, tree.keys
    to throughcare_tree;
grant update (refused, since) on tree.signing to throughcare_tree;
grant insert on tree.cosignatures to throughcare_relay;

-- What was recorded before there was a tree.
select tree.grow((select position from log.head));

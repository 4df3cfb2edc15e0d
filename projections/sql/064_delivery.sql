-- What proves to a partner that it has everything: a signed digest of each day of its share, kept
-- for ever; and how far each partner has read, by each way out.

create schema if not exists delivery;

-- The public halves of the keys that signed. A digest is checked by the one that it names.
create table delivery.digest_keys (
    id     text        primary key,          -- RFC 7638 thumbprint
    public bytea       not null check (octet_length(public) = 32),
    since  timestamptz not null default clock_timestamp()
);

create table delivery.digests (
    partner uuid   not null,
    day     date   not null,                 -- Europe/London
    first   bigint not null,
    last    bigint not null,                 -- first - 1 on a day without entries
    chain   bytea  not null check (octet_length(chain) = 32),   -- of all entries up to the last
    leaves  bytea  not null,                 -- the digest of each entry, 32 bytes each, in order
    signed  text   not null,                 -- the document under its signature (JWS, compact)
    primary key (partner, day),
    check (octet_length(leaves) = 32 * (last - first + 1))
);

create function delivery.refuse_rewriting() returns trigger language plpgsql as $$
begin
    raise exception 'what was signed is not rewritten: % on % is refused', tg_op, tg_table_name
        using errcode = 'restrict_violation', hint = 'What comes later is in a later digest.';
end
$$;

create trigger digests_are_kept before update or delete or truncate on delivery.digests
    for each statement execute function delivery.refuse_rewriting();
alter table delivery.digests enable always trigger digests_are_kept;
create trigger digest_keys_are_kept before update or delete or truncate on delivery.digest_keys
    for each statement execute function delivery.refuse_rewriting();
alter table delivery.digest_keys enable always trigger digest_keys_are_kept;
revoke all on function delivery.refuse_rewriting() from public;

-- How far a partner has read by each way, and when it last asked.
create table delivery.readers (
    partner uuid        not null,
    way     text        not null,
    number  bigint      not null check (number >= 0),
    at      timestamptz not null,
    primary key (partner, way)
);

select share.wall('delivery.digests', 'partner');
select share.wall('delivery.readers', 'partner');
create policy of_relay on delivery.digests to throughcare_relay using (true) with check (true);
create policy of_relay on delivery.readers to throughcare_relay using (true) with check (true);

-- The moment up to which every fact that was recorded has been told: nothing that comes after this
-- was asked stands before it. What is about to be committed may take as long as a role may.
create function delivery.told_until() returns timestamptz language sql stable
security definer set search_path = pg_catalog as $$
    select coalesce(
        (
            select f.recorded_at
            from views.positions as p
            join log.facts as f on f.position = p.position + 1
            where p.name = 'share'
        ),
        clock_timestamp() - interval '2 minutes'
    )
$$;

-- When a partner was told its first entry, for who closes its days: the relay reads the entries of
-- one partner at a time.
create function delivery.began(of_partner uuid) returns timestamptz language sql stable
security definer set search_path = pg_catalog as $$
    select e.recorded_at from share.entries as e where e.partner = of_partner and e.number = 1
$$;

-- How every partner reads, for who operates the place: names nobody who is helped.
create function delivery.reading()
returns table (partner uuid, way text, number bigint, newest bigint, at timestamptz,
               waits_since timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    select p.partner, r.way, r.number, p.number, r.at,
           (
               select e.recorded_at from share.entries as e
               where e.partner = p.partner and e.number = r.number + 1
           )
    from share.partners as p
    left join delivery.readers as r on r.partner = p.partner
    order by p.partner, r.way
$$;

revoke all on function delivery.told_until, delivery.began, delivery.reading from public;
grant usage on schema delivery to throughcare_serve, throughcare_relay;
grant select, insert on delivery.digests, delivery.digest_keys to throughcare_relay;
grant select, insert, update on delivery.readers to throughcare_relay, throughcare_serve;
grant select on delivery.digests, delivery.digest_keys to throughcare_serve;
grant execute on function delivery.told_until, delivery.began to throughcare_relay;
grant execute on function delivery.reading to throughcare_serve;

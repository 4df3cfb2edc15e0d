-- How often somebody asked within the present window, for every process that serves. Who it is
-- lies here as a keyed hash alone. Not written ahead: after a crash counting begins anew.

create schema limits;

create unlogged table limits.counts (
    who     bytea   not null,
    rate    text    not null,
    began   bigint  not null,
    used    integer not null,
    primary key (who, rate)
) with (fillfactor = 50);

revoke all on all tables in schema limits from public;
grant usage on schema limits to throughcare_serve;
grant select, insert, update, delete on limits.counts to throughcare_serve;

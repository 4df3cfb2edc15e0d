-- What was asked to be sent again, so that the same request sends it again once.

create table delivery.redrives (
    key      uuid        primary key,
    partner  uuid        not null,
    endpoint uuid        not null references delivery.endpoints,
    asked_at timestamptz not null
);

select share.wall('delivery.redrives', 'partner');
create policy of_relay on delivery.redrives to throughcare_relay using (true);

grant select, insert on delivery.redrives to throughcare_serve;
grant select, delete on delivery.redrives to throughcare_relay;

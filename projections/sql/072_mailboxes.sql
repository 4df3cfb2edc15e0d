-- The NHS MESH mailbox in which a partner is told, and each message that was put there.

create table delivery.mailboxes (
    number  bigint      generated always as identity primary key,
    partner uuid        not null,
    mailbox text        not null check (mailbox ~ '^[A-Z0-9]{4,50}$'),
    after   bigint      not null check (after >= 0),  -- it begins with the number that follows
    since   timestamptz not null,
    ended   timestamptz,
    failure text        not null default ''           -- why the next message is not taken
);

-- One at a time; where another takes its place, what the first was sent stays known.
create unique index mailbox_of_partner on delivery.mailboxes (partner) where ended is null;

-- What is about to be sent is written down before it is: entries from the first to the last.
create table delivery.mailings (
    mailbox    bigint      not null references delivery.mailboxes,
    partner    uuid        not null,
    first      bigint      not null,
    last       bigint      not null check (last >= first),
    written    timestamptz not null,
    sent       timestamptz,          -- MESH had taken it; null: nobody knows yet
    message    text,                 -- what MESH calls it
    collected  timestamptz,          -- the partner had acknowledged it
    primary key (mailbox, first)
);

create index mailings_not_collected on delivery.mailings (mailbox, first) where collected is null;

select share.wall('delivery.mailboxes', 'partner');
select share.wall('delivery.mailings', 'partner');
create policy of_relay on delivery.mailboxes to throughcare_relay using (true) with check (true);
create policy of_relay on delivery.mailings to throughcare_relay using (true) with check (true);

-- Who serves shows where a partner is told, and never says where: what is sent there is its share.
grant select on delivery.mailboxes, delivery.mailings to throughcare_serve;
grant select, insert on delivery.mailboxes to throughcare_relay;
grant update (ended, failure) on delivery.mailboxes to throughcare_relay;
grant select, insert, delete on delivery.mailings to throughcare_relay;
grant update (sent, message, collected) on delivery.mailings to throughcare_relay;

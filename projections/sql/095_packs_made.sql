-- A pack is made by an operator at the machine, or asked for by a practitioner of the host: `key` is
-- by what they asked, and `asked` the SHA-256 of what. Each making is a row of its own.

alter table looks.packs
    alter column account drop not null,
    add column practitioner uuid,
    add column key          uuid,
    add column asked        bytea check (octet_length(asked) = 32),
    add constraint packs_are_made_by_somebody check (num_nonnulls(account, practitioner) = 1),
    add constraint packs_are_asked_by_key check (num_nonnulls(practitioner, key, asked) in (0, 3));

create index packs_by_key on looks.packs (practitioner, key) where key is not null;

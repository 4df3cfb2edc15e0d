-- A person has a key for each volume of what is kept of them: one for the care record, and for
-- anything else one after another, each destroyed when it has been kept for as long as it must be.

alter table keys.person_keys
    add column retention text not null default 'care',
    add column volume smallint not null default 0 check (volume between 0 and 255),
    add check (retention <> 'care' or volume = 0),
    drop constraint person_keys_pkey,
    add primary key (person, retention, volume);

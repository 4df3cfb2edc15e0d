-- What waits for an answer, and when the next to be told of its silence is due. Ids and times alone.

create table views.silences (
    id           uuid        primary key,   -- the referral's or the hand-over's
    about        text        not null check (about in ('referral', 'hand-over')),
    person       uuid        not null,
    organisation uuid        not null,      -- for which the timer asks: the sender
    priority     text        not null,
    offered_at   timestamptz not null,
    since        bigint      not null,      -- the position of the fact that began the wait
    sent         text[]      not null,
    acknowledged boolean     not null,
    due_at       timestamptz                -- of the next rung; null when there is none
);

create index silences_due on views.silences (due_at) where due_at is not null;

-- In a place that was in use before, this view begins where the others are: what was offered until
-- then, and waits unanswered, is not escalated.
insert into views.positions (name, position)
select 'silences', position from views.positions where name = 'share';

grant select on views.silences to throughcare_serve;
grant select, insert, update, delete on views.silences to throughcare_project;

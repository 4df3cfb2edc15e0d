-- name: circles
select state from share.circles where person = any(%b::uuid[])

-- name: circles_of
select state from share.circles
where jsonb_exists(convert_from(state, 'UTF8')::jsonb -> 'told', %(partner)b::text)

-- name: take_time
select set_config('transaction_timeout', '0', true),  -- one that runs is not prolonged
    set_config('idle_in_transaction_session_timeout', '1h', true),
    set_config('statement_timeout', '1h', true)

-- name: circles_with
select c.state
from share.circles as c, lateral (select convert_from(c.state, 'UTF8')::jsonb as circle) as j
where jsonb_exists(j.circle -> 'bases', %(partner)b::text)
    or jsonb_exists(j.circle -> 'told', %(partner)b::text)
    or jsonb_exists(j.circle -> 'past', %(partner)b::text)
    or jsonb_exists(j.circle -> 'linked', %(partner)b::text)
    or jsonb_exists(j.circle -> 'acquainted', %(partner)b::text)
    or jsonb_exists(j.circle -> 'heard', %(partner)b::text)
    or jsonb_exists(j.circle -> 'open_to', %(partner)b::text)

-- name: ever_told
select distinct partner from share.subjects where person = %b

-- Who was told of anything that rests in volumes whose bytes begin so, up to a position.

-- name: told_of_volumes
select distinct s.partner
from share.subjects as s
join share.entries as e on e.partner = s.partner and e.subject = s.subject
where s.person = %b and e.position <= %b::bigint and substring(e.state for 3) = any(%b::bytea[])

-- name: let_go
select kept_as, volume, position from views.kept_no_longer where person = %b

-- name: numbers
select partner, number from share.partners

-- name: save
with told as (
    insert into share.entries (partner, number, position, person, subject, type, effective_at,
        recorded_at, backfill, state)
    select partner, number, position, person, subject, type, effective_at, recorded_at, backfill,
        state
    from unnest(
        %b::uuid[], %b::bigint[], %b::bigint[], %b::uuid[], %b::uuid[], %b::text[],
        %b::timestamptz[], %b::timestamptz[], %b::boolean[], %b::bytea[]
    ) as e (partner, number, position, person, subject, type, effective_at, recorded_at, backfill,
        state)
), introduced as (
    insert into share.subjects (partner, subject, person)
    select partner, subject, person
    from unnest(%b::uuid[], %b::uuid[], %b::uuid[]) as i (partner, subject, person)
    on conflict do nothing
), involved as (
    insert into share.circles (person, open, responsible, state)
    select person, open, responsible, state
    from unnest(%b::uuid[], %b::boolean[], %b::uuid[], %b::bytea[])
        as c (person, open, responsible, state)
    on conflict (person) do update
    set open = excluded.open, responsible = excluded.responsible, state = excluded.state
)
insert into share.partners (partner, number)
select partner, number from unnest(%b::uuid[], %b::bigint[]) as n (partner, number)
on conflict (partner) do update set number = excluded.number

-- name: after
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %b and number > %b::bigint
order by number
limit %b::bigint

-- What follows a number and is not held back, since an entry of its person cannot be read.

-- name: given
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries as e
where partner = %b and number > %b::bigint and not exists (
        select from delivery.held as h
        where h.partner = e.partner and h.subject = coalesce(e.subject, e.partner)
            and h.number <= e.number
    )
order by number
limit %b::bigint

-- Of what was known at a moment it is also asked what was taken back of it since.

-- name: of_subject
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %b and subject = %b
order by number

-- name: of_subject_up_to
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %b and subject = %b and number <= %b::bigint
order by number

-- name: of_subjects
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %b and subject = any(%b::uuid[])
order by number

-- name: up_to
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %(partner)b and position <= %(position)b::bigint
union all
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %(partner)b and position > %(position)b::bigint
  and subject in (
      select subject from share.entries
      where partner = %(partner)b and position > %(position)b::bigint
        and type = 'share.Withdrawn.v1'
  )
order by number

-- name: by_position
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where position > %b::bigint and position <= %b::bigint
order by position, partner, number

-- name: fitting
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries as e
where partner = %(partner)b and number > %(after)b::bigint and number <= %(up_to)b::bigint
    and not exists (
        select from delivery.held as h
        where h.partner = e.partner and h.subject = coalesce(e.subject, e.partner)
            and h.number <= e.number
    )
    and (%(subject)b::uuid is null or subject = %(subject)b::uuid)
    and (%(types)b::text[] is null or exists (
        select from unnest(%(types)b::text[]) as t (wanted)
        where type = wanted or starts_with(type, wanted || '.')
    ))
order by number
limit %(limit)b::bigint

-- name: recorded_before
select coalesce(max(number), 0) from share.entries where partner = %b and recorded_at < %b

-- name: newest
select coalesce(max(number), 0) from share.entries where partner = %b

-- The newest of what every view shows.

-- name: newest_shown
select coalesce(max(number), 0) from share.entries
where partner = %b and position <= (select min(position) from views.positions)

-- Of whom there is news that every view shows, and nothing of what was told.

-- name: news
select number, subject from share.entries
where partner = %b and number > %b::bigint
    and position <= (select min(position) from views.positions)
order by number
limit %b::bigint

-- name: person_of
select person from share.subjects where partner = %b and subject = %b

-- name: persons_of
select subject, person from share.subjects where partner = %b and subject = any(%b::uuid[])

-- name: only_said
select share.only_said(%b::uuid)

-- name: custody
select responsible, people from share.custody()

-- name: parked
select case_id, position, topic, reason, parked_at from share.parked order by position

-- name: park
insert into share.parked (case_id, position, topic, reason) values (%b, %b, %b, %b)
on conflict (case_id) do nothing

-- name: unpark
delete from share.parked where case_id = %b returning position

-- Up to where each practitioner has seen what their organisation was told. It never goes back.

-- name: of
select number, marked_at from sessions.marks where practitioner = %(practitioner)s

-- name: move
insert into sessions.marks as mark (practitioner, number, marked_at)
values (%(practitioner)s, %(number)s, clock_timestamp())
on conflict (practitioner) do update set number = excluded.number, marked_at = excluded.marked_at
where mark.number < excluded.number

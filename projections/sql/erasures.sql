-- name: order
insert into views.erasures (
    erasure, organisation, person, reference, reason, ordered_at, ordered_by, state
)
values (%b, %b, %b, %b, %b, %b, %b, 'ordered')
on conflict do nothing

-- name: confirm
update views.erasures
set confirmed_at = %b, confirmed_by = %b, erases_at = %b, state = 'confirmed'
where erasure = %b and state = 'ordered'

-- name: cancel
update views.erasures set state = 'cancelled'
where erasure = %b and state in ('ordered', 'confirmed')

-- name: erase
update views.erasures set erased_at = %b, position = %b::bigint, state = 'erased'
where erasure = %b and state <> 'finished'

-- name: erased
insert into views.erased (person, erasure, reference, erased_at, position)
values (%b, %b, %b, %b, %b::bigint)
on conflict do nothing

-- name: purge
select views.purge(%b::uuid[])

-- name: let_go
insert into views.kept_no_longer (person, kept_as, volume, rule, rule_since, removed_at, position)
select %b, %b, volume, %b, %b::date, %b, %b::bigint
from unnest(%b::smallint[]) as let_go (volume)
on conflict do nothing

-- name: purge_volumes
select views.purge_volumes(%b, %b::bytea[])

-- name: finish
update views.erasures set destroyed_at = %b, backups_for = %b, state = 'finished'
where erasure = %b

-- name: due
select erasure, person, reference, reason, state, ordered_at, ordered_by, confirmed_at,
       confirmed_by, erases_at, erased_at, position, destroyed_at, backups_for
from views.erasures
where state = 'erased' or (state = 'confirmed' and erases_at <= %b)
order by erases_at, erasure

-- name: of
select erasure, person, reference, reason, state, ordered_at, ordered_by, confirmed_at,
       confirmed_by, erases_at, erased_at, position, destroyed_at, backups_for
from views.erasures
where organisation = %s
order by state in ('finished', 'cancelled'), ordered_at desc, erasure
limit %s

-- name: one
select erasure, person, reference, reason, state, ordered_at, ordered_by, confirmed_at,
       confirmed_by, erases_at, erased_at, position, destroyed_at, backups_for
from views.erasures
where organisation = %s and erasure = %s

-- name: under
select reference, erased_at from share.erased_under(%s)

-- name: kept_no_longer
select kept_as, volume, rule, rule_since, removed_at from share.kept_no_longer(%s)

-- name: told
select partner, told_at, acknowledged_at, position from views.erasure_told(%s, %s)

-- What was deleted lies in a table's file until it is overwritten: each file is written anew.

-- name: rewrite
vacuum (full, analyze) views.caseload, views.caseload_versions, views.referrals, views.meetings,
    views.agreed, views.groups, views.feedback, views.matches, share.identifiers, inbox.messages,
    intake.messages

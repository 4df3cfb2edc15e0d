-- name: hosts
select distinct on (host) host, allowed, said_at, said_by
from delivery.hosts
where partner = %s
order by host, number desc

-- name: say_host
insert into delivery.hosts (partner, host, allowed, said_at, said_by) values (%s, %s, %s, %s, %s)

-- name: one_at_a_time
select pg_advisory_xact_lock(hashtextextended(%s::text, 7310585026117865))

-- name: endpoints
select id, partner, name, url, made_at, made_by, state, state_at, why, told, failures, last_at,
    due_at
from delivery.endpoints
where partner = %s and (%s::uuid is null or id = %s)
order by made_at, id

-- name: secrets
select id, endpoint, made_at, ends_at
from delivery.secrets
where partner = %s and (ends_at is null or ends_at > %s)
order by made_at, id

-- name: add_endpoint
insert into delivery.endpoints (id, partner, name, url, made_at, made_by, state_at)
values (%s, %s, %s, %s, %s, %s, %s)
on conflict (id) do nothing

-- name: add_secret
insert into delivery.secrets (id, endpoint, partner, sealed, made_at, made_by)
values (%s, %s, %s, %s, %s, %s)
on conflict (id) do nothing

-- name: end_secrets
update delivery.secrets set ends_at = %s
where endpoint = %s and id <> %s and (ends_at is null or ends_at > %s)

-- name: set_state
update delivery.endpoints
set state = %s, state_at = %s, why = '', failures = 0, due_at = null
where id = %s and state <> 'ended' and state <> %s

-- name: messages
select m.id, m.number, m.type, m.up_to, m.made_at, m.state, m.state_at, m.again,
    (select count(*) from delivery.attempts as a where a.message = m.id)
from delivery.messages as m
where m.partner = %s and m.endpoint = %s and m.number < %s
order by m.number desc
limit %s

-- name: attempts
select a.number, a.message, m.type, m.up_to, a.at, a.seconds, a.status, a.failure, m.body, a.answer,
    a.taken
from delivery.attempts as a
join delivery.messages as m on m.id = a.message
where a.partner = %s and a.endpoint = %s and a.number < %s
order by a.number desc
limit %s

-- name: add_message
insert into delivery.messages (id, endpoint, partner, type, up_to, body, made_at, state_at, again)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (id) do nothing

-- name: asked_again
insert into delivery.redrives (key, partner, endpoint, asked_at) values (%s, %s, %s, %s)
on conflict (key) do nothing
returning true

-- name: send_again
update delivery.messages set again = true
where partner = %s and endpoint = %s and type <> 'share.Test.v1'
    and case
        when %s::uuid is not null then id = %s
        when %s::timestamptz is not null then made_at >= %s
        else state in ('superseded', 'given up')
    end
returning id

-- name: hurry
update delivery.endpoints set due_at = null, failures = 0 where id = %s and state = 'active'

-- name: newest
select coalesce(max(number), 0) from share.entries where partner = %s

-- name: say
notify throughcare_delivery

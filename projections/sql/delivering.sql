-- name: listen
listen throughcare_share; listen throughcare_delivery

-- name: due
select e.id, e.partner, e.url
from delivery.endpoints as e
left join share.partners as n on n.partner = e.partner
where e.id <> all(%(under_way)s)
    and (
        e.state = 'active' and (
            (e.due_at is null or e.due_at <= %(now)s) and (
                n.number > e.told
                or exists (
                    select from delivery.messages as m
                    where m.endpoint = e.id and (m.again or (
                        m.state = 'waiting' and m.type = 'share.Replay.v1'))
                )
            )
            -- News that came since the last try does not wait for hours.
            or n.number > greatest(e.tried, e.told) and e.last_at <= %(sooner)s
        )
        or e.state <> 'ended' and exists (
            select from delivery.messages as m
            where m.endpoint = e.id and m.state = 'waiting' and m.type = 'share.Test.v1'
        )
    )
order by e.last_at nulls first, e.id
limit %(most)s

-- name: stands
select state, told, failures, due_at from delivery.endpoints where id = %s

-- name: hosts
select host from (
    select distinct on (host) host, allowed
    from delivery.hosts
    where partner = %s
    order by host, number desc
) as said
where allowed

-- name: secrets
select id, sealed
from delivery.secrets
where endpoint = %s and (ends_at is null or ends_at > %s)
order by made_at desc, id

-- name: to_send
select id, type, up_to, body
from delivery.messages
where endpoint = %(endpoint)s and (
    state = 'waiting' and type = 'share.Test.v1'
    or %(active)s and (again or state = 'waiting' and type = 'share.Replay.v1')
)
order by type = 'share.Test.v1' desc, number
limit 1

-- name: newest
select number from share.partners where partner = %s

-- name: news_waiting
select id, type, up_to, body
from delivery.messages
where endpoint = %s and type = 'share.News.v1' and state = 'waiting' and up_to = %s

-- name: supersede
update delivery.messages set state = 'superseded', state_at = %s
where endpoint = %s and type = 'share.News.v1' and state = 'waiting'

-- name: add_news
insert into delivery.messages (id, endpoint, partner, type, up_to, body, made_at, state_at)
values (%s, %s, %s, 'share.News.v1', %s, %s, %s, %s)

-- name: tried
update delivery.endpoints set tried = greatest(tried, %s) where id = %s

-- name: add_attempt
insert into delivery.attempts (message, endpoint, partner, at, seconds, status, failure, answer,
    taken)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: became
update delivery.messages set state = %s, state_at = %s, again = again and %s where id = %s

-- name: was_told
update delivery.endpoints
set told = greatest(told, %s), failures = 0, due_at = null, last_at = %s
where id = %s

-- name: failed
update delivery.endpoints set failures = %s, due_at = %s, last_at = %s where id = %s

-- name: disable
update delivery.endpoints
set state = 'disabled', state_at = %s, why = %s, failures = 0, due_at = null, last_at = %s
where id = %s and state <> 'ended'

-- name: ended_by_terms
select id, partner from delivery.endpoints where state = 'disabled' and why = %s

-- name: resume
update delivery.endpoints set state = 'active', state_at = %s, why = '', failures = 0, due_at = null
where id = %s and state = 'disabled' and why = %s

-- name: forget
with old as (
    delete from delivery.messages where made_at < %(before)s and not again and state <> 'waiting'
)
delete from delivery.secrets where ends_at < %(before)s

-- name: forget_redrives
delete from delivery.redrives where asked_at < %(before)s

-- name: keep
insert into inbox.messages
    (id, partner, name, type, via, said, sha256, person, original, received_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (id) do nothing

-- name: message
select id, partner, name, type, via, said, sha256, received_at, person, state, until
from inbox.messages
where id = %s

-- name: original
select person, sha256, original from inbox.messages where id = %s

-- name: unsettled
select id, partner, name, type, via, said, sha256, received_at, person, state, until
from inbox.messages
where partner = %s and state in ('kept', 'waiting')
order by received_at, id

-- name: lock
select state from inbox.messages where id = %s for update

-- name: settle
update inbox.messages
set state = %s, until = %s
where id = %s

-- name: reseal
update inbox.messages set person = %s, original = %s where id = %s

-- name: begin
insert into inbox.partners (partner) values (%s) on conflict (partner) do nothing

-- name: number
update inbox.partners set number = number + 1 where partner = %s returning number

-- name: reach
update inbox.partners set next_offset = %s where partner = %s

-- name: reached
select next_offset from inbox.partners where partner = %s

-- name: outcome
insert into inbox.outcomes (partner, number, message, outcome, at, position, answer)
values (%s, %s, %s, %s, %s, %s, %s)

-- name: last
select m.partner, m.id, m.name, m.type, m.via, o.number, o.outcome, o.at, o.position, o.answer
from inbox.outcomes as o
join inbox.messages as m on m.id = o.message
where o.message = %s
order by o.number desc
limit 1

-- name: after
select m.partner, m.id, m.name, m.type, m.via, o.number, o.outcome, o.at, o.position, o.answer
from inbox.outcomes as o
join inbox.messages as m on m.id = o.message
where o.partner = %s and o.number > %s
order by o.number
limit %s

-- name: dead
select m.partner, m.id, m.name, m.type, m.via, o.number, o.outcome, o.at, o.position, o.answer
from inbox.messages as m
cross join lateral (
    select l.number, l.outcome, l.at, l.position, l.answer
    from inbox.outcomes as l
    where l.message = m.id
    order by l.number desc
    limit 1
) as o
where m.partner = %s and m.state in ('refused', 'dead') and o.at >= %s
order by o.number

-- name: letters
select m.partner, m.id, m.name, m.type, m.via, o.number, o.outcome, o.at, o.position, o.answer
from inbox.outcomes as o
join inbox.messages as m on m.id = o.message
where o.partner = %s and o.number > %s and o.outcome in ('refused', 'dead') and m.via = 'kafka'
order by o.number
limit %s

-- name: partners
select inbox.unsettled()

-- name: referral
select content from views.referrals where partner = %s and referral = %s

-- name: dead_told
select dead_told from inbox.partners where partner = %s

-- name: tell_dead
update inbox.partners set dead_told = %s where partner = %s

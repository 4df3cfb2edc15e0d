-- name: standing
select m.number, m.partner, m.mailbox, m.since, m.failure,
    greatest(m.after, (select max(s.last) from delivery.mailings as s
                       where s.mailbox = m.number and s.sent is not null)) as reached,
    (select max(s.sent) from delivery.mailings as s where s.mailbox = m.number) as sent,
    (select max(s.last) from delivery.mailings as s
     where s.mailbox = m.number and s.collected is not null) as collected,
    w.first, w.last
from delivery.mailboxes as m
left join delivery.mailings as w on w.mailbox = m.number and w.sent is null
where m.ended is null and (%(partner)s::uuid is null or m.partner = %(partner)s)
order by m.number

-- name: write
insert into delivery.mailings (mailbox, partner, first, last, written) values (%s, %s, %s, %s, %s)

-- name: sent
update delivery.mailings set sent = %s, message = %s where mailbox = %s and first = %s

-- name: failing
update delivery.mailboxes set failure = %(why)s
where number = %(mailbox)s and failure <> %(why)s

-- name: waiting
select first, last, message from delivery.mailings
where mailbox = %s and message is not null and collected is null
order by first
limit 1

-- name: collected
update delivery.mailings set collected = %s where mailbox = %s and first = %s

-- name: forget
delete from delivery.mailings as s
where s.collected is not null and s.written < %s
    and exists (select from delivery.mailings as n
                where n.mailbox = s.mailbox and n.first > s.first and n.collected is not null)

-- name: end
update delivery.mailboxes set ended = %s where partner = %s and ended is null

-- name: begin
insert into delivery.mailboxes (partner, mailbox, after, since) values (%s, %s, %s, %s)

-- What is asked of sessions. The database's clock says when one is over.

-- name: begin
with over as (
    delete from sessions.sessions
    where hash = %(instead)s or ends_at <= clock_timestamp()
)
insert into sessions.sessions
    (hash, practitioner, partner, issuer, subject, signed_in_at, seen_at, ends_at)
values
    (%(hash)s, %(practitioner)s, %(partner)s, %(issuer)s, %(subject)s,
     clock_timestamp(), clock_timestamp(), clock_timestamp() + %(lasts)s)

-- name: of
select practitioner, partner, issuer, subject, signed_in_at, seen_at, purpose
from sessions.sessions
where hash = %(hash)s
  and clock_timestamp() < ends_at and clock_timestamp() < seen_at + %(idle)s

-- name: used
with known as (
    select hash, practitioner, partner, issuer, subject, signed_in_at, seen_at, purpose
    from sessions.sessions
    where hash = %(hash)s
      and clock_timestamp() < ends_at and clock_timestamp() < seen_at + %(idle)s
), touched as (
    update sessions.sessions as session set seen_at = clock_timestamp()
    from known
    where session.hash = known.hash and known.seen_at < clock_timestamp() - %(noted)s
)
select practitioner, partner, issuer, subject, signed_in_at, seen_at, purpose from known

-- name: act_for
with old as (
    delete from sessions.sessions
    where hash = %(hash)s
      and clock_timestamp() < ends_at and clock_timestamp() < seen_at + %(idle)s
    returning issuer, subject, signed_in_at
)
insert into sessions.sessions
    (hash, practitioner, partner, issuer, subject, signed_in_at, seen_at, ends_at)
select %(new)s, %(practitioner)s, %(partner)s, issuer, subject,
       signed_in_at, clock_timestamp(), signed_in_at + %(lasts)s
from old
returning signed_in_at

-- name: look_for
update sessions.sessions set purpose = %(purpose)s
where hash = %(hash)s
  and clock_timestamp() < ends_at and clock_timestamp() < seen_at + %(idle)s

-- name: mine
select other.practitioner, other.partner, other.issuer, other.subject,
       other.signed_in_at, other.seen_at, other.purpose, other.hash = mine.hash
from sessions.sessions as mine
join sessions.sessions as other
  on other.practitioner = mine.practitioner
  or (other.issuer = mine.issuer and other.subject = mine.subject)
where mine.hash = %(hash)s
  and clock_timestamp() < other.ends_at and clock_timestamp() < other.seen_at + %(idle)s
order by other.signed_in_at desc

-- name: end
delete from sessions.sessions where hash = %(hash)s

-- name: end_everywhere
delete from sessions.sessions as other
using sessions.sessions as mine
where mine.hash = %(hash)s
  and (other.hash = mine.hash
       or other.practitioner = mine.practitioner
       or (other.issuer = mine.issuer and other.subject = mine.subject))

-- name: end_of
delete from sessions.sessions where partner = %(partner)s and practitioner = %(practitioner)s

-- name: start
with over as (
    delete from sessions.beginnings where ends_at <= clock_timestamp()
)
insert into sessions.beginnings (state, browser, nonce, verifier, wanted, ends_at)
values (%(state)s, %(browser)s, %(nonce)s, %(verifier)s, %(wanted)s, clock_timestamp() + %(lasts)s)

-- name: take
delete from sessions.beginnings
where state = %(state)s and browser = %(browser)s
returning nonce, verifier, wanted, ends_at > clock_timestamp()

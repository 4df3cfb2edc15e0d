-- What is asked of links. The database's clock says when one is over.

-- name: found
select id, partner, referral, ends_at
from links.links
where hash = %(hash)s and revoked_at is null and clock_timestamp() < ends_at

-- name: open
insert into links.visits (hash, link, name, begun_at, ends_at)
select %(secret)s, id, %(name)s, clock_timestamp(), least(ends_at, clock_timestamp() + %(lasts)s)
from links.links
where hash = %(hash)s and revoked_at is null and clock_timestamp() < ends_at
returning link

-- name: opened
select link.id, link.partner, link.referral, link.ends_at, visit.name
from links.visits as visit
join links.links as link on link.id = visit.link
where visit.hash = %(hash)s and link.revoked_at is null
  and clock_timestamp() < visit.ends_at and clock_timestamp() < link.ends_at

-- name: did
insert into links.deeds (intention, link, name, activity, at)
values (%(intention)s, %(link)s, %(name)s, %(activity)s, clock_timestamp())
on conflict (intention) do nothing

-- name: want
update links.links set wanted_at = clock_timestamp() where hash = %(hash)s and wanted_at is null

-- name: address
select address from links.addresses where partner = %(partner)s

-- name: agree
insert into links.addresses (partner, address, since, reached)
values (%(partner)s, %(address)s, clock_timestamp(),
        coalesce((select number from share.partners where partner = %(partner)s), 0))
on conflict (partner) do update set address = excluded.address, since = excluded.since

-- name: forget_address
delete from links.addresses where partner = %(partner)s

-- name: revoke
update links.links set revoked_at = clock_timestamp()
where partner = %(partner)s and revoked_at is null
  and (%(referral)s::uuid is null or referral = %(referral)s)

-- name: issue
insert into links.links (id, hash, partner, referral, issued_at, ends_at)
values (%(id)s, %(hash)s, %(partner)s, %(referral)s, clock_timestamp(),
        clock_timestamp() + %(lasts)s)

-- name: of_partner
select id, referral, issued_at, ends_at, revoked_at, wanted_at
from links.links
where partner = %(partner)s
order by issued_at desc

-- name: happened
select 'opened', name, begun_at from links.visits where link = %(link)s
union all
select activity, name, at from links.deeds where link = %(link)s
order by 3

-- name: addresses
select partner, address, reached from links.addresses order by partner

-- name: known
select exists (select from links.links where partner = %(partner)s and referral = %(referral)s)

-- name: ask
insert into links.letters (partner, referral, asked_at, due_at)
values (%(partner)s, %(referral)s, %(at)s, %(at)s)
on conflict (partner, referral) where due_at is not null do nothing

-- name: reached
update links.addresses set reached = %(number)s where partner = %(partner)s and reached < %(number)s

-- name: ask_again
insert into links.letters (partner, referral, asked_at, due_at)
select distinct link.partner, link.referral, %(at)s::timestamptz, %(at)s::timestamptz
from links.links as link
join links.addresses as address on address.partner = link.partner
where link.wanted_at is not null
  and not exists (select from links.links as newer
                  where newer.partner = link.partner and newer.referral = link.referral
                    and newer.issued_at > link.wanted_at)
  and not exists (select from links.letters as letter
                  where letter.partner = link.partner and letter.referral = link.referral
                    and letter.asked_at >= link.wanted_at)
on conflict (partner, referral) where due_at is not null do nothing

-- name: due
select letter.id, letter.partner, letter.referral, letter.tries, address.address
from links.letters as letter
join links.addresses as address on address.partner = letter.partner
where letter.due_at <= %(at)s
order by letter.due_at
limit 100

-- name: sent
update links.letters set due_at = null, sent_at = %(at)s, failure = '' where id = %(id)s

-- name: failed
update links.letters
set tries = tries + 1, failure = %(why)s, due_at = %(again)s,
    given_up = case when %(again)s::timestamptz is null then %(at)s::timestamptz end
where id = %(id)s

-- name: try_again
update links.letters as letter
set due_at = %(at)s, tries = 0, given_up = null
where given_up is not null and partner = %(partner)s
  and not exists (select from links.letters as other
                  where other.partner = letter.partner and other.referral = letter.referral
                    and other.id > letter.id)

-- name: drop
delete from links.letters where partner = %(partner)s and due_at is not null

-- name: waiting
select count(*) filter (where due_at is not null),
       count(*) filter (where due_at is not null and tries > 0),
       min(asked_at) filter (where due_at is not null),
       count(*) filter (where given_up is not null)
from links.letters

-- name: forget
delete from links.letters where due_at is null and coalesce(sent_at, given_up) < %(before)s

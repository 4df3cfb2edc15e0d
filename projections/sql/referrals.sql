-- name: of_subjects
select r.partner, r.referral, r.content
from unnest(%b::uuid[], %b::uuid[]) as k (partner, subject)
join views.referrals as r using (partner, subject)

-- name: save
insert into views.referrals (partner, referral, subject, part, state, urgency, made_at, content)
select partner, referral, subject, part, state, urgency, made_at, content
from unnest(
    %b::uuid[], %b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::smallint[], %b::timestamptz[],
    %b::bytea[]
) as r (partner, referral, subject, part, state, urgency, made_at, content)
on conflict (partner, referral) do update
set part = excluded.part, state = excluded.state, urgency = excluded.urgency,
    made_at = excluded.made_at, content = excluded.content

-- name: page
select r.urgency, r.made_at::text, r.referral, r.content, c.name
from views.referrals as r
left join views.caseload as c on c.partner = r.partner and c.subject = r.subject
where r.partner = %(partner)s and r.part = %(part)s
    and (cardinality(%(states)s::text[]) = 0 or r.state = any(%(states)s::text[]))
    and (r.urgency, r.made_at, r.referral)
        > (%(urgency)s::smallint, %(made)s::timestamptz, %(referral)s::uuid)
order by r.urgency, r.made_at, r.referral
limit %(limit)s

-- name: counts
select state, count(*) from views.referrals where partner = %s and part = %s group by state

-- name: one
select r.content, c.name
from views.referrals as r
left join views.caseload as c on c.partner = r.partner and c.subject = r.subject
where r.partner = %s and r.referral = %s

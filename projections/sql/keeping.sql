-- What is asked of how long persons' records are kept.

-- Of so many persons who follow this one, which might be due: the last of them, and who might.
-- name: candidates
with page as (
    select distinct person from log.facts
    where person > %(after)s
    order by person limit %(many)s
)
select page.person, (
    select coalesce(
        max(f.effective_at) filter (where f.topic <> all(%(house)s)) < %(care)s
        or bool_or(f.topic = 'person:PersonDied')
        or min(f.effective_at) filter (where f.topic = any(%(letters)s)) < %(letters_before)s
        or min(f.effective_at) filter (where f.topic = any(%(feedback)s)) < %(feedback_before)s,
        false
    )
    from log.facts as f
    where f.person = page.person
)
from page
order by page.person

-- name: persons
select stream from log.facts
where stream > %s and version = 1 and person = stream
order by stream limit %s

-- What was let go after one volume, with who was told so and has not said that it is removed.
-- name: let_go
select k.position, k.person, k.kept_as, k.volume, k.rule, k.rule_since, k.removed_at,
    count(w.partner),
    coalesce(array_agg(w.partner order by w.partner)
        filter (where w.partner is not null and w.acknowledged_at is null), '{}')
from views.kept_no_longer as k
left join share.subjects as s on s.person = k.person
left join views.withdrawals as w
    on w.partner = s.partner and w.subject = s.subject and w.position = k.position
where (k.position, k.person, k.kept_as, k.volume) > (%s, %s, %s, %s)
group by k.person, k.kept_as, k.volume
order by k.position, k.person, k.kept_as, k.volume
limit %s

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

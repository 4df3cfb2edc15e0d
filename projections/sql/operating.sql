-- name: topics
select partner, generation, reached, newest, at, waits_since from delivery.topics_stand()

-- name: cases
select partner, way, cases, since from delivery.cases_wait()

-- name: endpoints
select partner, name, host, state, why, state_at, told, newest, failures, failing_since, last_at,
    due_at, waits_since
from delivery.endpoints_stand()

-- name: mailboxes
select partner, name, reached, collected, newest, at, failure, waits_since
from delivery.mailboxes_stand()

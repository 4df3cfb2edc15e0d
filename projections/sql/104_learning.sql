-- Of a decision the day since when it is awaited, or when that ended, so that the oldest come first.
update views.agreed
set due_on = (
    (coalesce(said ->> 'ended_at', said ->> 'since'))::timestamptz at time zone 'Europe/London'
)::date
from (select partner, item, convert_from(content, 'UTF8')::jsonb as said from views.agreed
      where kind = 'decision') as decided
where decided.partner = agreed.partner and decided.item = agreed.item;

-- Referrals that were declined or asked back are found without reading all of an organisation's.
create index referrals_turned_back on views.referrals (partner, made_at)
    where state in ('declined', 'information asked');

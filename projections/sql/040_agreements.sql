-- Agreements name purposes and how the duty of confidentiality is met, and are kept with what became
-- of them. Those that are in force were signed without: they are given what the words of their basis
-- said, as their facts are read, and count as signed on the day they began.

update views.directory as d
set state = convert_to(
    ((s.partner - 'agreement') || jsonb_build_object('held', jsonb_build_array(jsonb_build_object(
        'signed_at', (s.partner -> 'agreement' ->> 'starts') || 'T00:00:00Z',
        'began_at', (s.partner -> 'agreement' ->> 'starts') || 'T00:00:00Z',
        'agreement', s.partner -> 'agreement' || case s.partner -> 'agreement' ->> 'basis'
            when 'UK GDPR 6(1)(e); the person was asked' then
                '{"purposes": ["support in the community"], "confidentiality": "explicit consent"}'
            when 'explicit consent of the person' then
                '{"purposes": ["probation and courts"], "confidentiality": "explicit consent"}'
            when 'aggregates only' then
                '{"purposes": ["planning and research"],
                  "confidentiality": "nothing confidential is told"}'
            else
                '{"purposes": ["direct care", "safeguarding"],
                  "confidentiality": "implied consent"}'
        end::jsonb
    ))))::text, 'UTF8'
)
from (select stream, convert_from(state, 'UTF8')::jsonb as partner from views.directory) as s
where d.stream = s.stream and d.kind = 'partner'
    and jsonb_typeof(s.partner -> 'agreement') = 'object';

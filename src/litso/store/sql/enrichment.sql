-- name: waiting
select distinct on (g.golden_values->>'inn') g.golden_values->>'inn', g.party_id::text
from golden g
where g.kind = 'organization' and g.golden_values->>'inn' is not null
  and not exists (
      select from source_record r
      where r.source = %(source)s and r.source_id = g.golden_values->>'inn' and r.received_at >= %(since)s
  )
order by g.golden_values->>'inn', g.records desc, g.party_id
limit %(limit)s;

-- The whole schema of the store as it is after the last migration, for reading; a test proves it equal to migrations/.

create schema litso;
set search_path = litso, public;

-- Which migrations were applied; litso.store.migrate makes this table itself.
create table schema_migration (
    version    integer primary key,
    name       text not null,
    digest     bytea not null,
    applied_at timestamptz not null default now()
);

create extension if not exists pg_trgm with schema public;

-- Sources and loads ---------------------------------------------------------------------------------------------

create table source (
    name        text primary key,
    title       text not null default '',
    party       text not null check (party in ('person', 'organization', 'auto', 'none')),
    priority    integer not null default 0,          -- higher is more trusted in survivorship
    brand       text not null default '',            -- the legal entity whose customers it holds
    region      text not null default '',            -- where its records live that name no place
    city        text not null default '',
    mapping     text not null,                       -- the mapping YAML as registered
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now()
);

-- The load ledger. I6: rows_in = inserted + changed + unchanged + quarantined + erased.
create table load (
    load_id          bigint generated always as identity primary key,
    source           text not null references source,
    mode             text not null check (mode in ('full', 'delta', 'stream', 'renewal')),
    file_name        text,
    file_sha256      bytea,
    status           text not null check (status in ('running', 'held', 'done', 'failed', 'rejected')),
    rows_in          bigint not null default 0,
    rows_inserted    bigint not null default 0,
    rows_changed     bigint not null default 0,
    rows_unchanged   bigint not null default 0,
    rows_deleted     bigint not null default 0,
    rows_quarantined bigint not null default 0,
    rows_erased      bigint not null default 0,
    gates            jsonb not null default '[]',    -- why the load is held: [{gate, message, measured, limit}]
    quality          jsonb not null default '{}',    -- {attribute: {filled, qc: {code: n}}}
    columns          text[] not null default '{}',   -- of the file, to notice those that are gone
    arrival          jsonb,                          -- of a source that runs by itself: where this load leaves it
    error            text,
    started_at       timestamptz not null default now(),
    finished_at      timestamptz,
    started_by       text not null default 'cli'
);
create index load_by_source on load (source, load_id desc);

-- Sources that run by themselves: how each is reached, and where it was left.
create table connection (
    source     text primary key references source,
    kind       text not null,                        -- of litso.sources.connectors.config.KINDS
    spec       text not null,                        -- the YAML as given: it names credentials and holds none
    status     text not null default 'active' check (status in ('active', 'paused', 'stopped')),
    told       text not null default '',             -- why it is not active, or what went wrong last
    epoch      integer not null default 1,           -- grows when the place changes: older checkpoints mean nothing then
    checkpoint jsonb not null default '{}',
    shape      jsonb not null default '{}',          -- {column: type} as accepted
    alarms     jsonb not null default '[]',          -- open: [{at, code, message}]
    failures   integer not null default 0,           -- in a row
    next_at    timestamptz,                          -- when it is due; null: it runs by hand
    arrived_at timestamptz,                          -- when it was last read to its end
    created_by text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

-- What was dealt with at a source: files by their content and by how they looked.
create table connection_mark (
    source text not null references connection on delete cascade,
    mark   text not null,
    at     timestamptz not null default now(),
    primary key (source, mark)
);

create table connection_run (
    run_id           bigint generated always as identity primary key,
    source           text not null references connection on delete cascade,
    status           text not null default 'running' check (status in ('running', 'done', 'held', 'failed', 'stopped')),
    rows_in          bigint not null default 0,
    rows_inserted    bigint not null default 0,
    rows_changed     bigint not null default 0,
    rows_deleted     bigint not null default 0,
    rows_quarantined bigint not null default 0,
    loads            bigint[] not null default '{}',
    told             text not null default '',
    started_by       text not null,
    started_at       timestamptz not null default now(),
    finished_at      timestamptz
);
create index connection_run_by_source on connection_run (source, run_id desc);

create table quarantine (
    quarantine_id bigint generated always as identity primary key,
    load_id       bigint not null references load,
    source        text not null references source,
    source_id     text,
    line          bigint,
    column_name   text,
    code          text not null,
    message       text not null,                     -- a sentence in Russian
    suggestion    text,
    payload       text not null,                     -- the row as received
    status        text not null default 'open' check (status in ('open', 'replayed', 'dismissed')),
    fixed_payload text,
    replayed_load bigint references load,
    decided_by    text,
    decided_at    timestamptz
);
create index quarantine_open on quarantine (source, quarantine_id) where status = 'open';

-- Source records ------------------------------------------------------------------------------------------------

-- A node is what is left after collapse: all records equal in every standard value.
create table node (
    node_id     bigint generated by default as identity primary key,
    fingerprint uuid not null unique,                -- hash of all standard values
    party_id    uuid not null
);
create index node_by_party on node (party_id);

-- The current version of each source record. deleted_at is set when the source no longer has it.
create table source_record (
    record_id    bigint generated by default as identity primary key,
    source       text not null,
    source_id    text not null,
    version      integer not null default 1,
    load_id      bigint not null,
    content_hash bigint not null,                    -- of payload, mapping and rules: an equal hash is an unchanged row
    payload      text not null,                      -- the row as received, a JSON object
    updated_at   timestamptz,                        -- the source's own time of change
    received_at  timestamptz not null default now(),
    deleted_at   timestamptz,
    node_id      bigint,                             -- null when deleted, or of a source of facts alone
    kind         text not null,
    full_name    text, surname text, given_name text, patronymic text, gender text,
    address      text, postal_code text, region text, city text, street text, house text, block text, flat text,
    house_key    text,
    snils text, inn text, ogrn text, kpp text, passport text, national_id text, opf text, company text,
    birth_date   date,
    phones       text[] not null default '{}',
    emails       text[] not null default '{}',
    accounts     text[] not null default '{}',
    custom       jsonb,
    problems     text[] not null default '{}',       -- <kind>:<reason>
    -- Quality codes, null where no value was given.
    qc_name smallint, qc_birth_date smallint, qc_phone smallint, qc_email smallint, qc_address smallint,
    qc_snils smallint, qc_inn smallint, qc_ogrn smallint, qc_kpp smallint, qc_passport smallint, qc_account smallint,
    unique (source, source_id)
);
create index source_record_by_node on source_record (node_id) where node_id is not null;

-- Earlier versions; the current one is in source_record.
create table source_record_version (
    record_id    bigint not null,
    version      integer not null,
    load_id      bigint not null,
    payload      text not null,
    updated_at   timestamptz,
    valid_from   timestamptz not null,
    valid_to     timestamptz not null,
    party_id     uuid,                               -- whose record it was
    house_key    text,
    flat         text,
    accounts     text[] not null default '{}',
    primary key (record_id, version)
);
create index source_record_version_by_party on source_record_version (party_id) where party_id is not null;

-- Facts hang on records, accounts and houses: payments, readings, requests, outages, accounts, meters, premises.
create table fact (
    fact_id   bigint generated by default as identity primary key,
    kind      text not null,                         -- of litso.domain.record.FACT_KINDS
    source    text not null,
    fact_key  text not null,                         -- unique among the facts of this kind in this source
    record_id bigint,
    load_id   bigint not null,
    at        timestamptz,
    until     timestamptz,
    account   text,
    house_key text,
    flat      text,
    amount    numeric(14, 2),                        -- roubles; balance of an account: positive is debt
    title     text,
    status    text,
    data      jsonb not null default '{}',
    unique (source, kind, fact_key)
);
create index fact_by_account on fact (account) where account is not null;
create index fact_by_record on fact (record_id) where record_id is not null;
create index fact_by_house on fact (house_key, kind, flat) where house_key is not null;
create index fact_of_premise on fact (house_key) where kind = 'premise' and house_key is not null;
create index fact_role_of_name on fact (lower(data->>'name')) where kind = 'role';
create index fact_of_consent on fact (load_id, fact_id) where kind = 'consent';
create index fact_of_owner on fact (source, (data->>'owner')) where kind = 'event';
create index fact_of_debt on fact (amount desc, fact_id) where kind = 'account' and amount > 0;

-- Intake of messages -----------------------------------------------------------------------------------------------

-- Messages of websites and apps that were taken, so that none is taken twice. Their events are facts.
create table intake_message (
    source      text not null,
    message_id  text not null,
    received_at timestamptz not null default now(),
    primary key (source, message_id)
);
create index intake_message_by_age on intake_message (received_at);

-- The last value of each trait that was told of a user, a device (`anonymous:…`) or a group (`group:…`).
create table intake_trait (
    source     text not null,
    owner      text not null,
    name       text not null,
    value      jsonb not null,
    at         timestamptz not null,                 -- of the message that told it: an older one changes nothing
    message_id text not null,
    primary key (source, owner, name)
);

-- Which user was seen on which device, or had which id before. What is undone does not come back by being said again.
create table intake_link (
    link_id    bigint generated always as identity primary key,
    source     text not null,
    alias      text not null,
    user_id    text not null,
    since      timestamptz not null,                 -- when the user was first seen there
    said_by    text not null,
    said_at    timestamptz not null default now(),
    case_id    bigint,                               -- the question to stewards that it gave rise to
    undone_by  text,
    undone_at  timestamptz,
    unique (source, alias, user_id)
);
create index intake_link_by_user on intake_link (source, user_id);

-- The record on which an event hangs: that of its user. One of a device hangs on the user who was there last by then, else
-- on the first one who ever came; without any on the record of the device, if it has one; else it waits. So does one of an
-- id that was a user's before.
create function record_of_event(of_source text, of_owner text, of_at timestamptz) returns bigint
language sql stable as $$
    with own as (
        select record_id from source_record
        where source = of_source and source_id = of_owner and deleted_at is null
    ), linked as (
        select r.record_id
        from intake_link l
        join source_record r on r.source = l.source and r.source_id = l.user_id and r.deleted_at is null
        where l.source = of_source and l.alias = of_owner and l.undone_at is null
        order by l.since <= of_at desc, case when l.since <= of_at then l.since end desc, l.since, l.user_id
        limit 1
    )
    select case when starts_with(of_owner, 'anonymous:')
                then coalesce((select record_id from linked), (select record_id from own))
                else coalesce((select record_id from own), (select record_id from linked)) end
$$;

-- Resolution ----------------------------------------------------------------------------------------------------

create table model (
    model_id   text primary key,                     -- hash of the content
    content    text not null,                        -- the model file, JSON
    is_active  boolean not null default false,
    created_at timestamptz not null default now()
);
create unique index model_active on model (is_active) where is_active;

create table node_key (
    key     bigint not null,
    node_id bigint not null
);
create index node_key_lookup on node_key (key, node_id);
create index node_key_by_node on node_key (node_id);

-- Finer keys of the nodes in blocks that are too large and therefore split.
create table hub_key (
    key     bigint not null,
    node_id bigint not null,
    primary key (key, node_id)
);
create index hub_key_by_node on hub_key (node_id);

-- Pairs above the review weight, each once (node_a < node_b).
create table link (
    node_a bigint not null,
    node_b bigint not null,
    weight real not null,
    levels bytea not null,                           -- one byte an evidence, in the order of the model
    primary key (node_a, node_b),
    check (node_a < node_b)
);
create index link_by_b on link (node_b);

create table party (
    party_id     uuid primary key,
    kind         text not null check (kind in ('person', 'organization')),
    is_handmade  boolean not null default false,
    minted_at    timestamptz not null default now(),
    redirect_to  uuid,                               -- set when the party was merged into another
    redirected_at timestamptz,
    founder      bigint                              -- record whose group a judgement once made a party of its own
);
create index party_redirects on party (redirect_to) where redirect_to is not null;
create unique index party_founder on party (founder) where founder is not null;

-- Where and whose customers parties are: brand and place of their records. What actors may see is told in these.
create table scope (
    scope_id integer generated always as identity primary key,
    brand    text not null,                          -- of the source; empty: of none
    region   text not null,                          -- of the address, else of the source; empty: not known
    city     text not null,
    unique (brand, region, city)
);

-- The scopes of the records of a party, written with its golden record. One that was merged keeps those it had.
create table party_scope (
    party_id uuid primary key,
    scopes   integer[] not null
);

-- Whose records name an account, written with the golden record.
create table party_account (
    account  text not null,
    party_id uuid not null,
    primary key (account, party_id)
);
create index party_account_of on party_account (party_id);

-- Source key ↔ party id with history; until is null for the present.
create table crosswalk (
    record_id bigint not null,
    party_id  uuid not null,
    since     timestamptz not null default now(),
    until     timestamptz,
    reason    text not null default 'load'           -- load | judgement | undo | model
);
create unique index crosswalk_now on crosswalk (record_id) where until is null;
create index crosswalk_by_party on crosswalk (party_id);
create index crosswalk_former on crosswalk (record_id) where until is not null;

-- The party that evidence alone gives a record, kept where judgements have put it into another one.
create table home (
    record_id bigint primary key,
    party_id  uuid not null
);
create index home_by_party on home (party_id);

-- The judgement ledger. Source keys, not record ids: a judgement outlives a reload. Undone entries stay.
create table judgement (
    judgement_id bigint generated always as identity primary key,
    verdict      text not null check (verdict in ('same', 'different', 'unsure')),
    left_source  text not null, left_id  text not null,
    right_source text not null, right_id text not null,
    author       text not null,
    reason       text not null default '',
    decided_at   timestamptz not null default now(),
    undone_by    text,
    undone_at    timestamptz,
    operation_id bigint,                             -- that it belongs to
    superseded_by bigint,                            -- a later entry of the pair; counts again when that is undone
    -- By code point, as programs compare, whatever the language of the database.
    check ((left_source collate "C", left_id collate "C") < (right_source collate "C", right_id collate "C"))
);
create index judgement_left on judgement (left_source, left_id) where undone_at is null;
create index judgement_right on judgement (right_source, right_id) where undone_at is null;
create index judgement_by_operation on judgement (operation_id, judgement_id) where operation_id is not null;
create index judgement_superseded on judgement (superseded_by) where superseded_by is not null;

-- What a steward did at once: parties merged or split, chosen values, a file of judgements. Its entries are judgements
-- and pins; undoing it undoes them, and revives those that they had taken the place of.
create table operation (
    operation_id bigint generated always as identity primary key,
    kind         text not null check (kind in ('merge', 'split', 'bulk')),
    status       text not null default 'applied'
                 check (status in ('rehearsing', 'failed', 'rehearsed', 'applying', 'applied', 'undoing', 'undone')),
    author       text not null,
    reason       text not null default '',
    outlook      jsonb not null default '{}',        -- what it changes, in figures
    error        text,                               -- why a rehearsal failed
    made_at      timestamptz not null default now(),
    applied_at   timestamptz,
    undone_by    text,
    undone_at    timestamptz
);

-- Rows of a bulk operation, in their order; line: of the file, null where pairs came from open links.
create table operation_row (
    operation_id bigint not null references operation on delete cascade,
    place        integer not null,
    line         bigint,
    verdict      text not null,
    left_source  text not null, left_id  text not null,
    right_source text not null, right_id text not null,
    reason       text not null default '',
    judgement_id bigint,                             -- once it is applied
    primary key (operation_id, place)
);
create index operation_row_waiting on operation_row (operation_id, place) where judgement_id is null;

-- Cases: questions put to stewards --------------------------------------------------------------------------------

-- One question about two records: of two parties that may be one, or of one party that may be two. Derived from records,
-- model and judgements, see litso.usecases.case_refresh; `evidence` is the hash of what speaks for asking.
create table steward_case (
    case_id      bigint generated always as identity primary key,
    subject      text not null unique,               -- what it is about: «pair:…», «party:…», «manual:…»
    kind         text not null check (kind in ('doubt', 'cut', 'documents', 'split', 'bridge', 'large', 'manual')),
    parties      uuid[] not null,
    left_source  text not null, left_id  text not null,
    right_source text not null, right_id text not null,
    sources      text[] not null,
    grounds      jsonb not null,                     -- of litso.domain.case.Ground
    evidence     text not null,
    stakes       jsonb not null,                     -- of litso.domain.case.Stakes
    risk         integer not null,
    value        integer not null,
    priority     integer not null,
    state        text not null default 'open'
                 check (state in ('open', 'second', 'escalated', 'decided', 'dismissed', 'obsolete')),
    outcome      text check (outcome in ('same', 'different', 'unsure')),
    judgement_id bigint references judgement,
    round        integer not null default 1,         -- verdicts of earlier rounds no longer count
    version      integer not null default 1,
    claimed_by   text,
    claimed_until timestamptz,
    opened_by    text,                               -- null: derived
    note         text not null default '',
    opened_at    timestamptz not null default now(),
    decided_by   text,
    decided_at   timestamptz
);
create index steward_case_queue on steward_case (priority desc, case_id) where state in ('open', 'second', 'escalated');
create index steward_case_of_party on steward_case using gin (parties)
    where state in ('open', 'second', 'escalated');
create index steward_case_left on steward_case (left_source, left_id) where state in ('decided', 'dismissed');
create index steward_case_decided on steward_case (decided_at) where decided_at is not null;

-- What stewards said. The first verdict is hidden from the second person until they gave theirs.
create table case_verdict (
    verdict_id bigint generated always as identity primary key,
    case_id    bigint not null references steward_case on delete cascade,
    round      integer not null,
    verdict    text not null check (verdict in ('same', 'different', 'unsure', 'dismiss')),
    author     text not null,
    reason     text not null default '',
    given_at   timestamptz not null default now(),
    undone_at  timestamptz
);
create unique index case_verdict_once on case_verdict (case_id, round, author) where undone_at is null;
create index case_verdict_of_author on case_verdict (author, verdict_id) where undone_at is null;

-- Four eyes: from which value on a case of a kind needs two persons.
create table case_rule (
    kind       text primary key,
    from_value integer not null check (from_value between 0 and 100),
    author     text not null,
    set_at     timestamptz not null default now()
);

-- Parties whose cases are to be derived anew.
create table case_pending (
    party_id uuid primary key,
    since    timestamptz not null default now()
);

-- Tuning ---------------------------------------------------------------------------------------------------------

-- Rehearsals of another model or threshold, and what became of them. The model file holds the threshold.
create table tuning (
    tuning_id     bigint generated always as identity primary key,
    status        text not null default 'rehearsing'
                  check (status in ('rehearsing', 'failed', 'rehearsed', 'applying', 'applied', 'rolling_back',
                                    'rolled_back')),
    former_model  text not null references model,
    model         text not null references model,
    outlook       jsonb not null,                    -- what would change, in figures, and the threshold chart
    error         text,                              -- why the rehearsal failed
    hash_before   text,                              -- of the partition, see litso.store.crosswalk.partition_hash
    hash_after    text,
    hash_restored text,
    rehearsed_by  text not null,
    rehearsed_at  timestamptz not null default now(),
    applied_by    text,
    applied_at    timestamptz,
    rolled_back_by text,
    rolled_back_at timestamptz
);

-- Parties that would change together: what merges with what, and what falls apart.
create table tuning_change (
    tuning_id bigint not null references tuning on delete cascade,
    place     integer not null,
    what      text not null check (what in ('merge', 'split', 'regroup', 'judged')),
    parties   uuid[] not null,                       -- now
    nodes     bigint[] not null,
    groups    integer[] not null,                    -- of each node, its group then, counted from 0
    records   integer not null,
    accounts  integer not null,
    chunk     integer,                               -- in which it was applied
    undone    boolean not null default false,
    primary key (tuning_id, place)
);

-- The journal: which record moved from which party to which, chunk by chunk.
create table tuning_move (
    tuning_id bigint not null references tuning on delete cascade,
    chunk     integer not null,
    record_id bigint not null,
    former    uuid not null,
    later     uuid not null,
    primary key (tuning_id, chunk, record_id)
);

-- Parties of the journal whose redirect changed: minted, redirected or revived by a chunk.
create table tuning_party (
    tuning_id     bigint not null references tuning on delete cascade,
    chunk         integer not null,
    party_id      uuid not null,
    was           text not null check (was in ('absent', 'living', 'redirected')),
    redirect_to   uuid,
    redirected_at timestamptz,
    primary key (tuning_id, chunk, party_id)
);

-- Homes that records had before a chunk, where they differed from their parties.
create table tuning_home (
    tuning_id bigint not null references tuning on delete cascade,
    chunk     integer not null,
    record_id bigint not null,
    party_id  uuid not null,
    primary key (tuning_id, chunk, record_id)
);

-- Samples for stewards: pairs of records drawn by strata, and their labels. Labels are no judgements.
create table tuning_sample (
    sample_id bigint generated always as identity primary key,
    tuning_id bigint references tuning on delete cascade, -- null: a sample of the present parties
    model     text not null references model,
    strata    jsonb not null,                        -- [{what, low, high, size, chosen}], sizes in pairs
    drawn_by  text not null,
    drawn_at  timestamptz not null default now()
);

create table tuning_pair (
    sample_id  bigint not null references tuning_sample on delete cascade,
    place      integer not null,                     -- in the order in which they are asked, by chance
    stratum    integer not null,
    left_source  text not null, left_id  text not null,
    right_source text not null, right_id text not null,
    score      real not null,
    label      text check (label in ('same', 'different', 'unsure')),
    labelled_by text,
    labelled_at timestamptz,
    primary key (sample_id, place)
);

-- The graph ------------------------------------------------------------------------------------------------------

-- What the records of a party say of accounts, premises and contacts, gathered: see litso.golden.ties.
create table tie (
    party_id uuid not null,
    what     text not null,                          -- owner | payer | reader | self | contact | name
    account  text,
    place    text,                                   -- «house_key#flat»
    contact  text,                                   -- of contacts a phone or an e-mail, of names «house_key~surname»
    first_at timestamptz,
    last_at  timestamptz,
    begins   timestamptz,                            -- as the books say
    ends     timestamptz,
    times    integer not null,
    records  bigint[] not null                       -- the newest that say so
);
create index tie_by_party on tie (party_id);
create index tie_by_account on tie (account) where account is not null;
create index tie_by_place on tie (place) where place is not null;
create index tie_by_contact on tie (contact) where contact is not null;

-- Roles in time, worked out of ties: see litso.golden.roles.
create table role (
    party_id  uuid not null,
    role      text not null,                         -- owner | payer | tenant | resident | contact
    account   text,
    place     text,
    since     date,
    until     date,                                  -- the first day on which it is over
    seen_from date,
    reason    text not null,
    records   bigint[] not null
);
create index role_by_party on role (party_id);
create index role_by_account on role (account) where account is not null;
create index role_by_place on role (place) where place is not null;

create table household_member (
    party_id     uuid primary key,
    household_id uuid not null,
    place        text not null,
    reasons      text[] not null                     -- surname | contact | account | address | alone
);
create index household_members on household_member (household_id);
create index household_by_place on household_member (place);

-- Other numbers of accounts: ЕЛС and ИЖКУ, as the books state them. A number of two accounts is a conflict.
create table account_alias (
    alias   text not null,
    account text not null,
    source  text not null,
    primary key (alias, account, source)
);
create index account_alias_of on account_alias (account);

-- Parties whose place in the graph is to be worked out anew.
create table graph_pending (
    party_id uuid primary key
);

-- Golden records ------------------------------------------------------------------------------------------------

-- Provenance is kept as the text that it is given as, and is equal where the text is: it is written twice as quickly as
-- jsonb, and one party and a million give the same text.
create table golden (
    party_id     uuid primary key,
    kind         text not null,
    version      integer not null default 1,
    name         text not null default '',
    golden_values jsonb not null,                    -- {attribute: value or [values]}
    provenance   json not null,                      -- {attribute: [{value, source, source_id, rule, at, qc, …}]}
    records      integer not null,
    search       tsvector not null,                  -- tokens of litso.golden.search
    published_at timestamptz not null default now()
);
create index golden_search on golden using gin (search);
create index golden_organization on golden using gin (search) where kind = 'organization';

create table golden_version (
    party_id      uuid not null,
    version       integer not null,
    golden_values jsonb not null,
    provenance    json not null,
    valid_from    timestamptz not null,
    valid_to      timestamptz not null,
    primary key (party_id, version)
);

-- Survivorship policies: every one that was ever active or rehearsed, by the hash of its content.
create table policy (
    policy_id  text primary key,
    version    integer not null unique,              -- 0: as shipped
    content    text not null,                        -- the policy file, YAML
    author     text not null,
    is_active  boolean not null default false,
    created_at timestamptz not null default now()
);
create unique index policy_active on policy (is_active) where is_active;

-- Rehearsals of another policy, and what became of them.
create table policy_trial (
    trial_id      bigint generated always as identity primary key,
    status        text not null default 'rehearsing'
                  check (status in ('rehearsing', 'failed', 'rehearsed', 'applying', 'applied', 'rolling_back',
                                    'rolled_back')),
    former_policy text not null references policy,
    policy        text not null references policy,
    outlook       jsonb not null default '{}',       -- what would change, in figures by attribute and source
    error         text,                              -- why the rehearsal failed
    seen_change   bigint,                            -- the last change that the rehearsal saw
    applied_change bigint,                           -- the last change before another policy was in force
    hash_before   text,                              -- of the golden records, see litso.store.golden.content_hash
    hash_after    text,
    hash_restored text,
    rehearsed_by  text not null,
    rehearsed_at  timestamptz not null default now(),
    applied_by    text,
    applied_at    timestamptz,
    rolled_back_by text,
    rolled_back_at timestamptz
);

-- The journal of a trial: parties whose golden records it changes, and the chunk in which that was done.
create table policy_change (
    trial_id   bigint not null references policy_trial on delete cascade,
    party_id   uuid not null,
    attributes text[] not null default '{}',         -- whose value changes
    origins    text[] not null default '{}',         -- whose value stays, from another record or by another rule
    chunk      integer,
    is_changed boolean not null default false,       -- a new version was published
    primary key (trial_id, party_id)
);
create index policy_change_waiting on policy_change (trial_id, party_id) where chunk is null;

-- Values that stewards fixed. A pin hangs on a record, by its source key: it goes where the record goes, and outlives it.
create table pin (
    pin_id    bigint generated always as identity primary key,
    source    text not null,
    source_id text not null,
    attribute text not null,
    value     text not null,                         -- standard value
    parts     jsonb not null default '{}',           -- what travels with it: the parts of an address
    author    text not null,
    reason    text not null,
    pinned_at timestamptz not null default now(),
    until     timestamptz,                           -- released then
    undone_by text,
    undone_at timestamptz,
    operation_id bigint,                             -- that it belongs to
    superseded_by bigint                             -- a later pin of the value; counts again when that is undone
);
create index pin_by_record on pin (source, source_id) where undone_at is null;
create index pin_ending on pin (until) where undone_at is null and until is not null;
create index pin_by_operation on pin (operation_id) where operation_id is not null;

-- Statements of consent, a ledger. A statement hangs on a record, by its source key, and speaks of a contact for one
-- purpose, one legal entity and one channel; what holds for a party follows from them: see litso.privacy.consent.
create table consent (
    consent_id   bigint generated always as identity primary key,
    source       text not null,
    source_id    text not null,
    contact      text not null,                      -- standard phone or e-mail
    purpose      text not null,
    legal_entity text not null,
    channel      text not null,
    state        text not null check (state in ('given', 'refused', 'withdrawn')),
    said_at      timestamptz,                        -- null: not known, older than any other
    until        timestamptz,                        -- of what was given
    form         text not null default '',           -- how it was said: paper, cabinet, call…
    text_version text not null default '',           -- of the text that was agreed to
    evidence     text not null default '',           -- where the proof is: file, recording, number of the paper
    author       text not null,
    recorded_at  timestamptz not null default now(),
    undone_by    text,
    undone_at    timestamptz
);
create unique index consent_once
    on consent (source, source_id, contact, purpose, legal_entity, channel, state, said_at, until)
    nulls not distinct where undone_at is null;
create index consent_by_contact on consent (contact) where undone_at is null;

-- What outcomes of calls and deliveries taught about contacts; the last one counts.
create table contact_habits (
    habits_id  bigint generated always as identity primary key,
    hash       text not null,
    content    text not null,                        -- {cell: [tries that reached, tries]}
    author     text not null,
    learned_at timestamptz not null default now()
);

-- Words of names and addresses, for search with a typing error.
create table search_word (
    word text primary key
);
create index search_word_trigram on search_word using gin (word gin_trgm_ops);

-- Streets and houses met in records, for suggestions while typing; no persons, no flats.
create table address_line (
    key      text primary key,                       -- of a house as in source_record, or without its number: a street
    line     text not null,
    is_house boolean not null,
    met      bigint not null,                        -- in how many records: what is met more often comes first
    search   tsvector not null                       -- tokens of litso.golden.search
);
create index address_line_search on address_line using gin (search);

-- What happened to parties, in order: the change feed and the history on the screen.
create table change (
    change_id    bigint generated always as identity primary key,
    type         text not null,                      -- party.created | party.changed | party.merged | party.split | …
    party_id     uuid not null,
    at           timestamptz not null default now(),
    load_id      bigint,
    judgement_id bigint,
    data         jsonb not null default '{}'
);
create index change_by_party on change (party_id, change_id);

-- Quality of the records of each source over time: good of total, see litso.domain.quality.
create table quality (
    measured_at timestamptz not null default now(),
    source      text not null,
    attribute   text not null,                       -- record: the record as a whole
    dimension   text not null check (dimension in ('completeness', 'validity', 'uniqueness', 'freshness',
                                                   'consistency')),
    other       text not null default '',            -- the source it is compared with; days of an age
    good        bigint not null,
    total       bigint not null,
    primary key (source, attribute, dimension, other, measured_at),
    check (good between 0 and total)
);
create index quality_by_moment on quality (measured_at);

-- Official reference data --------------------------------------------------------------------------------------------

-- The ledger of editions. Their content is in files of LITSO_HOME/reference; replaced_at is null for those in use.
create table reference_edition (
    edition_id  bigint generated always as identity primary key,
    kind        text not null,                       -- gar | numbering-plan | bik | issuers | …
    part        text not null default '',            -- region of the address register, first digit of the numbering plan
    version     text not null,                       -- as its publisher names it, else the day of the file
    published   date not null,                       -- the day from which its age counts
    rows        bigint not null,
    file_name   text not null,
    file_sha256 bytea not null,
    loaded_at   timestamptz not null default now(),
    loaded_by   text not null,
    replaced_at timestamptz
);
create unique index reference_edition_now on reference_edition (kind, part) where replaced_at is null;

-- Checks ----------------------------------------------------------------------------------------------------------

-- The edition of each list that all parties were held against.
create table check_list (
    list        text primary key,                    -- kind of reference data: extremists | blacklist | …
    file_sha256 bytea not null,
    version     text not null,
    published   date not null,
    entries     bigint not null,
    rules       integer not null,                    -- of litso.check.entries, by which they were held
    screened_at timestamptz not null default now()
);

-- Up to which change parties were screened: all of them, one row; and those that were screened since by themselves.
create table check_base (
    is_only   boolean primary key default true check (is_only),
    change_id bigint not null
);

create table check_fresh (
    party_id  uuid primary key,
    change_id bigint not null
);

-- Entries that are or may be a party, or a person whom its records name (subject). gone_at: no longer.
create table check_match (
    match_id  bigint generated always as identity primary key,
    party_id  uuid not null,
    list      text not null,
    entry_id  bigint not null,
    subject   text not null default '',              -- name of the director or owner; empty: the party itself
    grade     text not null check (grade in ('sure', 'strong', 'possible')),
    agrees    text[] not null,
    differs   text[] not null,
    version   integer,                               -- of the golden record that was held
    edition   text not null,                         -- of the list in which it was found
    found_at  timestamptz not null default now(),
    gone_at   timestamptz,
    gone_why  text check (gone_why in ('entry', 'party'))
);
create unique index check_match_now on check_match (party_id, list, entry_id, subject) where gone_at is null;
create index check_match_of_entry on check_match (list, entry_id) where gone_at is null;
create index check_match_by_party on check_match (party_id, match_id);

-- What the lists say of matched entries.
create table check_entry (
    list     text not null,
    entry_id bigint not null,
    content  jsonb not null,
    primary key (list, entry_id)
);

-- Directors and owners as they were screened: whom the records of an organization name.
create table check_officer (
    party_id uuid not null,
    name     text not null,
    role     text not null,
    inn      text not null default '',
    primary key (party_id, name, role, inn)
);

-- Decisions on matches; the latest counts, while the match is not surer than it was then.
create table check_decision (
    decision_id bigint generated always as identity primary key,
    party_id    uuid not null,                       -- as it was called then: see redirects
    list        text not null,
    entry_id    bigint not null,
    subject     text not null default '',
    verdict     text not null check (verdict in ('true', 'false', 'open')),
    grade       text not null,                       -- of the match that was decided
    reason      text not null,
    author      text not null,
    decided_at  timestamptz not null default now()
);
create index check_decision_of on check_decision (party_id, list, entry_id, decision_id desc);

-- The last decision on each match of a party, those on parties that were merged into it among them.
create view check_decided with (security_invoker = true) as
with recursive up (decision_id, party_id) as (
    select decision_id, party_id from check_decision
    union
    select u.decision_id, p.redirect_to from up u join party p using (party_id) where p.redirect_to is not null
)
select distinct on (r.party_id, d.list, d.entry_id, d.subject)
       r.party_id, d.list, d.entry_id, d.subject, d.verdict, d.grade, d.reason, d.author, d.decided_at
from check_decision d
join (select u.decision_id, u.party_id from up u join party p using (party_id) where p.redirect_to is null) r
  using (decision_id)
order by r.party_id, d.list, d.entry_id, d.subject, d.decision_id desc;

-- Screenings that were made, for the record.
create table check_run (
    run_id     bigint generated always as identity primary key,
    started_by text not null,
    lists      jsonb not null,                       -- {list: {edition, held, is_whole}}
    parties    bigint not null,                      -- that were held against all entries
    found      bigint not null,
    gone       bigint not null,
    ran_at     timestamptz not null default now()
);

-- People of the house -------------------------------------------------------------------------------------------

create table user_account (
    user_id       bigint generated always as identity primary key,
    login         text not null unique,
    name          text not null,
    role          text not null check (role in ('administrator', 'operator', 'steward', 'analyst', 'integrator',
                                                'compliance')),
    territories   text[] not null default '{}',      -- «region» or «region/city»; empty: everywhere
    brands        text[] not null default '{}',      -- empty: all
    classes       text[] not null default '{}',      -- of fields; empty: all
    password_hash text,
    is_active     boolean not null default true,
    created_at    timestamptz not null default now()
);

create table one_time_token (
    token_hash bytea primary key,
    role       text not null,
    territories text[] not null default '{}',        -- limits of the user to be
    brands     text[] not null default '{}',
    classes    text[] not null default '{}',
    expires_at timestamptz not null,
    used_at    timestamptz
);

create table session (
    token_hash bytea primary key,
    session_id bigint generated always as identity unique,
    user_id    bigint not null references user_account on delete cascade,
    created_at timestamptz not null default now(),
    seen_at    timestamptz not null default now(),
    expires_at timestamptz not null,
    address    text not null default '',             -- from where it was opened
    agent      text not null default '',             -- by which browser
    method     text not null default '',             -- password | code | recovery | provider | invitation
    id_token   bytea                                 -- sealed; told to the provider when the user signs out
);
create index session_by_user on session (user_id);

-- Between the right password and the whole session: what is still needed.
create table sign_in_step (
    token_hash bytea primary key,
    user_id    bigint not null references user_account on delete cascade,
    need       text not null check (need in ('code', 'enrolment')),
    expires_at timestamptz not null
);

-- The authenticator of a user. No step is accepted twice: a code that was seen by somebody else is of no use.
create table second_factor (
    user_id      bigint primary key references user_account on delete cascade,
    secret       bytea not null,                     -- sealed
    last_step    bigint not null default 0,
    created_at   timestamptz not null default now(),
    confirmed_at timestamptz                         -- null: begun, demanded of nobody yet
);

create table recovery_code (
    user_id   bigint not null references second_factor on delete cascade,
    code_hash bytea not null,
    used_at   timestamptz,
    primary key (user_id, code_hash)
);

-- Users of an OpenID provider.
create table user_identity (
    issuer     text not null,
    subject    text not null,
    user_id    bigint not null references user_account on delete cascade,
    created_at timestamptz not null default now(),
    primary key (issuer, subject)
);
create index user_identity_by_user on user_identity (user_id);

-- Browsers that were sent to the provider and have not come back.
create table provider_attempt (
    state_hash bytea primary key,
    visit_hash bytea not null,                       -- of the browser's own cookie
    nonce      text not null,
    verifier   text not null,
    next       text not null,
    expires_at timestamptz not null
);

-- Failures of sign-ins: of an account (hash of the login), an address, and both together.
create table sign_in_attempt (
    kind          text not null check (kind in ('account', 'address', 'pair')),
    key           text not null,
    level         double precision not null default 0,
    at            timestamptz not null default now(),
    until         timestamptz not null default now(),
    trusted_until timestamptz,                       -- of a pair that signed in
    primary key (kind, key)
);

-- Tokens of programs that call the API.
create table service_token (
    token_hash     bytea primary key,
    name           text not null unique,
    role           text not null,
    territories    text[] not null default '{}',     -- limits, as of users
    brands         text[] not null default '{}',
    classes        text[] not null default '{}',
    created_at     timestamptz not null default now(),
    expires_at     timestamptz,
    used_at        timestamptz,
    former_hash    bytea unique,                     -- the token before it, valid for a while
    former_until   timestamptz,
    former_used_at timestamptz,
    revoked_at     timestamptz
);

create table idempotency (
    key         text not null,
    actor       text not null,
    request_hash bytea not null,
    status      integer not null,
    response    text not null,
    headers     jsonb not null default '{}',
    created_at  timestamptz not null default now(),
    primary key (actor, key)
);
create index idempotency_by_age on idempotency (created_at);

-- Background work -----------------------------------------------------------------------------------------------

-- Work for `litso worker`. Who runs a job holds a lock of its connection: when its program dies, another takes the job.
create table job (
    job_id      bigint generated always as identity primary key,
    kind        text not null,                       -- of litso.usecases.jobs
    job_key     text not null default '',            -- a kind has one unfinished job of each key
    arguments   jsonb not null default '{}',
    status      text not null default 'waiting'
                check (status in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    attempts    integer not null default 0,
    due_at      timestamptz not null default now(),
    error       text,                                -- of the last attempt that went wrong
    asked_by    text not null,
    asked_at    timestamptz not null default now(),
    started_at  timestamptz,
    finished_at timestamptz,
    done        bigint not null default 0,           -- how far it has come, of total
    total       bigint,
    result      jsonb not null default '{}',         -- what it did until now
    cancelled_by text
);
create unique index job_unfinished on job (kind, job_key) where status in ('waiting', 'running');
create index job_due on job (due_at, job_id) where status = 'waiting';
create index job_finished on job (finished_at) where status in ('done', 'failed', 'cancelled');
create index job_of_asker on job (asked_by, job_id);

-- Exports: lists that leave as a file. Above a limit of rows, or with contacts or documents as they are, a second person
-- approves them. The file is sealed and there for a while, for the one who asked alone.
create table export (
    export_id     bigint generated always as identity primary key,
    kind          text not null check (kind in ('parties', 'debtors', 'failing')),
    wanted        jsonb not null,                    -- the filter; forgotten with the file
    columns       text[] not null,
    classes       text[] not null,                   -- of fields that are shown as they are
    format        text not null check (format in ('csv', 'xlsx', 'parquet')),
    purpose       text not null,
    reason        text not null,
    counted       integer not null,                  -- rows when it was asked for
    status        text not null check (status in
        ('waiting', 'approved', 'ready', 'refused', 'failed', 'withdrawn', 'expired')),
    asked_by      text not null,
    is_program    boolean not null,
    asked_at      timestamptz not null default now(),
    decided_by    text,                              -- the second person; null where none was needed
    decided_at    timestamptz,
    decision      text not null default '',
    rows          integer,                           -- of the file
    ready_at      timestamptz,
    expires_at    timestamptz,
    downloads     integer not null default 0,
    downloaded_at timestamptz,
    error         text,
    check (decided_by is null or decided_by <> asked_by or is_program)
);
create index export_of_asker on export (asked_by, export_id);
create table export_part (
    export_id bigint not null references export on delete cascade,
    part      integer not null,
    sealed    bytea not null,
    primary key (export_id, part)
);

-- Consumers of the change feed: services that are told of parties.
create table consumer (
    consumer_id   bigint generated always as identity primary key,
    name          text not null unique,
    purpose       text not null,                     -- what the service does with what it is told
    fields        text[] not null default '{}',      -- golden attributes whose values it is told
    kinds         text[] not null default '{}',      -- person | organization; empty: both
    sources       text[] not null default '{}',      -- of parties with records of these; empty: all
    attributes    text[] not null default '{}',      -- of changes of these; empty: all
    territories   text[] not null default '{}',      -- «region» or «region/city» of parties; empty: all
    brands        text[] not null default '{}',      -- legal entities whose customers parties are; empty: all
    classes       text[] not null default '{}',      -- of fields that it may be told; empty: all
    delivery      text not null check (delivery in ('pull', 'webhook', 'nats', 'kafka', 'files')),
    address       text not null default '',          -- URL of a webhook or a broker
    status        text not null default 'active' check (status in ('active', 'paused', 'stopped')),
    after         bigint not null default 0,         -- every event up to this one is dealt with
    beyond        bigint[] not null default '{}',    -- later events that are dealt with already
    epoch         integer not null default 0,        -- who delivers: a former deliverer writes nothing any more
    failures      integer not null default 0,        -- in a row
    failing_since timestamptz,
    retry_at      timestamptz,
    delivered     bigint not null default 0,
    delivered_at  timestamptz,                       -- the last time that something was delivered, or asked for
    created_by    text not null,
    created_at    timestamptz not null default now()
);

-- Secrets by which a webhook knows that we speak: two live ones while one replaces the other; or how a broker lets us in.
create table consumer_secret (
    consumer_id bigint not null references consumer on delete cascade,
    secret      bytea not null,                      -- sealed
    created_at  timestamptz not null default now(),
    expires_at  timestamptz
);
create index consumer_secret_of on consumer_secret (consumer_id);

-- What happened to a consumer: acts of people, and deliveries that failed.
create table consumer_log (
    log_id      bigint generated always as identity primary key,
    consumer_id bigint not null references consumer on delete cascade,
    at          timestamptz not null default now(),
    what        text not null,                       -- added | failed | stopped | tested | paused | resumed | …
    author      text not null default '',
    change_id   bigint,
    told        text not null default ''             -- no personal data
);
create index consumer_log_of on consumer_log (consumer_id, log_id desc);

-- Write-backs: programmes that return chosen golden values to a source.
create table writeback (
    writeback_id bigint generated always as identity primary key,
    name         text not null unique,
    source       text not null references source,
    purpose      text not null,                      -- why the values go there
    way          text not null check (way in ('sql', 'http', 'file')),
    place        text not null,                      -- table; address with {columns of the key}; csv or xlsx
    method       text not null default '',           -- of http: PUT or PATCH
    token        bytea,                              -- sealed: how the service lets us in
    fields       jsonb not null,                     -- {golden attribute: column of the source}
    rule         text not null check (rule in ('empty', 'better', 'older')),
    kinds        text[] not null default '{}',       -- person | organization; empty: both
    every        integer check (every > 0),          -- minutes between runs by the worker; null: by hand
    status       text not null default 'active' check (status in ('active', 'paused')),
    created_by   text not null,
    created_at   timestamptz not null default now()
);

create table writeback_run (
    run_id       bigint generated always as identity primary key,
    writeback_id bigint not null references writeback on delete cascade,
    what         text not null check (what in ('write', 'undo')),
    undoes       bigint references writeback_run,    -- the run that is taken back
    status       text not null default 'running' check (status in ('running', 'done', 'failed')),
    kept         jsonb not null default '{}',        -- {why: how many values the rule left alone}
    file_name    text not null default '',
    told         text not null default '',           -- why it failed; no personal data
    started_by   text not null,
    started_at   timestamptz not null default now(),
    finished_at  timestamptz
);
create index writeback_run_of on writeback_run (writeback_id, run_id desc);

-- What became of each row of the source that a run turned to. sending: begun, and its outcome not known yet.
create table writeback_row (
    row_id       bigint generated always as identity primary key,
    run_id       bigint not null references writeback_run on delete cascade,
    source       text not null,
    source_id    text not null,
    party_id     uuid not null,
    version      integer not null,                   -- of the record that was read
    key          jsonb not null,                     -- {column of the key: value}
    changes      jsonb not null,                     -- [{attribute, column, before, after}]
    outcome      text not null default 'sending'
                 check (outcome in ('sending', 'written', 'handed', 'conflict', 'missing', 'refused')),
    why          text not null default '',
    at           timestamptz not null default now()
);
create index writeback_row_of_run on writeback_row (run_id, row_id);
create index writeback_row_of_record on writeback_row (source, source_id, row_id desc);
create index writeback_row_sending on writeback_row (run_id) where outcome = 'sending';

-- Values in sources that are ours: when a load brings one, the source has said nothing new. The latest one that is not
-- undone is what stands in the column; ended ones are the source's own business again.
create table written_value (
    written_id  bigint generated always as identity primary key,
    row_id      bigint not null,
    source      text not null,
    source_id   text not null,
    column_name text not null,
    attributes  text[] not null,                     -- of the record that the column tells
    former      text,                                -- what the record says of the column, from before us
    former_at   timestamptz,                         -- how old that was
    value       text,
    state       text not null default 'intended' check (state in ('intended', 'handed', 'standing', 'undone')),
    written_at  timestamptz not null default now(),
    returned_at timestamptz,                         -- when a load first brought it; of an undone one, what was before
    ended       text check (ended in ('changed', 'restored', 'replaced')),
    ended_at    timestamptz
);
create index written_value_live on written_value (source, source_id) where ended_at is null;
create index written_value_of_record on written_value (source, source_id);
create index written_value_of_row on written_value (row_id);

-- The audit -----------------------------------------------------------------------------------------------------

-- Ids of the audit. Whoever draws one has a number of its transaction by then: so it can be told when all that drew an
-- id before some moment have ended.
create sequence audit_number;
create function next_audit_id() returns bigint language plpgsql security definer as $$
begin
    perform pg_current_xact_id();
    return nextval('litso.audit_number');
end $$;

-- Every read of personal data, written before it is shown, and every change by somebody. Ids and field names, never
-- values: rows stay when a person is erased. Nothing is ever changed or deleted here.
create table audit (
    audit_id   bigint primary key default next_audit_id(),
    at         timestamptz not null default clock_timestamp(),
    actor      text not null,                        -- login, name of a program, or «database …»: by hand
    action     text not null,                        -- a read: profile, search, reveal…; a change: pin.add…
    party_id   uuid,
    object     text not null default '',             -- what it was done to: «pin 17», «source billing»
    fields     text[] not null default '{}',
    purpose    text not null default '',
    scope      text not null default '',             -- how far it reached
    found      integer,                              -- how many were shown or changed at once
    version    integer                               -- of the golden record that was shown
);
create index audit_by_party on audit (party_id, at desc) where party_id is not null;
create index audit_by_actor on audit (actor, at);
create index audit_by_time on audit using brin (at);

-- Sealed rows: each block holds the hash of the one before, see litso.privacy.chain.
create table audit_block (
    block_id  bigint primary key,
    previous  bytea not null,
    hash      bytea not null unique,
    last_id   bigint not null,                       -- ids up to this one are sealed, or are gaps
    members   bytea not null,                        -- of each row its id and the first bytes of its own hash
    sealed_at timestamptz not null
);

-- Ids up to the last sealed one that no row has: of transactions that failed, or that are not committed yet.
create table audit_gap (
    audit_id bigint primary key,
    noted_at xid8 not null                           -- every transaction that may still fill it is older
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'table % is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger audit_append_only before update or delete or truncate on audit
    for each statement execute function refuse_change();
create trigger audit_block_append_only before update or delete or truncate on audit_block
    for each statement execute function refuse_change();

-- Who a transaction works for, where the table does not say it: see litso.store.audit.acting.
create function acting() returns text language sql stable
    return coalesce(nullif(current_setting('litso.actor', true), ''), 'database ' || session_user);

-- The party that a record belongs to at this moment.
create function party_of_record(text, text) returns uuid language sql stable
    return (select n.party_id from source_record r join node n using (node_id)
            where r.source = $1 and r.source_id = $2);

-- Writes what is entered in a ledger into the audit: a row each, or one for many that are entered at once.
-- Arguments: noun, columns of the key, SQL of the party and of the fields of a row «n», then acts: the column of who
-- did it, the column of when, and SQL of the verb.
create function audit_ledger() returns trigger language plpgsql
security definer set search_path = litso, public, pg_temp as $$
declare
    act text; who text; moment text; verb text; entered text; many bigint;
begin
    foreach act in array tg_argv[4:] loop
        who := split_part(act, ' ', 1);
        moment := split_part(act, ' ', 2);
        verb := substr(act, length(who) + length(moment) + 3);
        entered := format('later n where n.%I is not null and n.%I <> %L', moment, who, '');
        if tg_op = 'UPDATE' then
            entered := format('later n join former o using (%s) where n.%I is not null and n.%I <> %L'
                || ' and n.%I is distinct from o.%I', tg_argv[1], moment, who, '', moment, moment);
        end if;
        execute 'select count(*) from ' || entered into many;
        if many between 1 and 100 then
            execute format('insert into audit (actor, action, object, party_id, fields)'
                || ' select n.%I, concat(%L, %s), concat_ws('' '', %L, n.%s), %s, %s from %s',
                who, tg_argv[0] || '.', verb, tg_argv[0], replace(tg_argv[1], ', ', ', n.'), tg_argv[2], tg_argv[3],
                entered);
        elsif many > 100 then
            execute format('insert into audit (actor, action, object, found)'
                || ' select n.%I, concat(%L, %s), %L, count(*) from %s group by 1, 2',
                who, tg_argv[0] || '.', verb, tg_argv[0], entered);
        end if;
    end loop;
    return null;
end $$;

-- Has a ledger write into the audit what is added to it, and what is changed in it; arguments as above.
create procedure audit_added_to(ledger regclass, variadic arguments text[]) language plpgsql as $$
begin
    execute format('create trigger audit_added after insert on %s referencing new table as later'
        || ' for each statement execute function audit_ledger(%s)', ledger,
        (select string_agg(quote_literal(one), ', ' order by place)
         from unnest(arguments) with ordinality t (one, place)));
end $$;
create procedure audit_changed_in(ledger regclass, variadic arguments text[]) language plpgsql as $$
begin
    execute format('create trigger audit_changed after update on %s referencing new table as later old table as former'
        || ' for each statement execute function audit_ledger(%s)', ledger,
        (select string_agg(quote_literal(one), ', ' order by place)
         from unnest(arguments) with ordinality t (one, place)));
end $$;
create procedure audit_ledger_of(ledger regclass, variadic arguments text[]) language plpgsql as $$
begin
    call audit_added_to(ledger, variadic arguments);
    call audit_changed_in(ledger, variadic arguments);
end $$;

-- Writes rows of a table of few rows that are added, changed or removed. Arguments: noun, the column that names a row,
-- then the columns whose change counts.
create function audit_row() returns trigger language plpgsql
security definer set search_path = litso, public, pg_temp as $$
declare
    former jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) end;
    later jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) end;
    changed text[];
begin
    changed := array(select one from unnest(tg_argv[2:]) one where former -> one is distinct from later -> one);
    if cardinality(changed) > 0 then
        insert into audit (actor, action, object, fields)
        values (acting(),
                tg_argv[0] || case tg_op when 'INSERT' then '.add' when 'DELETE' then '.remove' else '.change' end,
                concat_ws(' ', tg_argv[0], coalesce(later ->> tg_argv[1], former ->> tg_argv[1])), changed);
    end if;
    return null;
end $$;

call audit_added_to('load', 'load', 'load_id', 'null', '''{}''', 'started_by started_at n.mode');
call audit_changed_in('quarantine', 'quarantine', 'quarantine_id', 'null', '''{}''',
    'decided_by decided_at case n.status when ''dismissed'' then ''dismiss'' else ''fix'' end');
call audit_ledger_of('intake_link', 'link', 'link_id', 'null', '''{}''', 'said_by said_at ''add''',
    'undone_by undone_at ''undo''');
call audit_ledger_of('judgement', 'judgement', 'judgement_id', 'party_of_record(n.left_source, n.left_id)', '''{}''',
    'author decided_at n.verdict', 'undone_by undone_at ''undo''');
call audit_ledger_of('operation', 'operation', 'operation_id', 'null', '''{}''',
    'author made_at n.kind', 'author applied_at ''apply''', 'undone_by undone_at ''undo''');
call audit_ledger_of('steward_case', 'case', 'case_id', 'n.parties[1]', '''{}''',
    'opened_by opened_at ''open''', 'decided_by decided_at ''decide''');
call audit_ledger_of('case_verdict', 'case', 'case_id, verdict_id', 'null', '''{}''',
    'author given_at ''verdict''', 'author undone_at ''undo''');
call audit_ledger_of('case_rule', 'case', 'kind', 'null', '''{}''', 'author set_at ''rule''');
call audit_ledger_of('tuning', 'tuning', 'tuning_id', 'null', '''{}''', 'rehearsed_by rehearsed_at ''rehearse''',
    'applied_by applied_at ''apply''', 'rolled_back_by rolled_back_at ''rollback''');
call audit_ledger_of('tuning_sample', 'sample', 'sample_id', 'null', '''{}''', 'drawn_by drawn_at ''draw''');
call audit_ledger_of('tuning_pair', 'sample', 'sample_id, place', 'null', '''{}''',
    'labelled_by labelled_at ''label''');
call audit_ledger_of('policy_trial', 'policy', 'trial_id', 'null', '''{}''', 'rehearsed_by rehearsed_at ''rehearse''',
    'applied_by applied_at ''apply''', 'rolled_back_by rolled_back_at ''rollback''');
call audit_ledger_of('pin', 'pin', 'pin_id', 'party_of_record(n.source, n.source_id)', 'array[n.attribute]',
    'author pinned_at ''add''', 'undone_by undone_at ''undo''');
call audit_ledger_of('consent', 'consent', 'consent_id', 'party_of_record(n.source, n.source_id)', '''{consents}''',
    'author recorded_at n.state', 'undone_by undone_at ''undo''');
call audit_added_to('contact_habits', 'habits', 'habits_id', 'null', '''{}''', 'author learned_at ''learn''');
call audit_added_to('check_decision', 'check', 'decision_id', 'n.party_id', '''{checks}''',
    'author decided_at ''decide''');
call audit_added_to('check_run', 'check', 'run_id', 'null', '''{}''', 'started_by ran_at ''screen''');
call audit_added_to('writeback_run', 'writeback', 'run_id', 'null', '''{}''', 'started_by started_at n.what');
call audit_added_to('consumer_log', 'consumer', 'consumer_id', 'null', '''{}''', 'author at n.what');
call audit_added_to('reference_edition', 'reference', 'edition_id', 'null', '''{}''',
    'loaded_by loaded_at ''load''');
call audit_ledger_of('export', 'export', 'export_id', 'null', 'n.classes', 'asked_by asked_at ''ask''',
    'decided_by decided_at case n.status when ''refused'' then ''refuse'' else ''approve'' end',
    'asked_by ready_at ''make''', 'asked_by downloaded_at ''download''');
create trigger audit_row after insert or delete or update on source
    for each row execute function audit_row('source', 'name', 'name', 'title', 'party', 'priority', 'brand', 'region', 'city', 'mapping');
create trigger audit_row
    after insert or delete or update of role, territories, brands, classes, token_hash, former_hash, expires_at, revoked_at on service_token
    for each row execute function
        audit_row('token', 'name', 'name', 'role', 'territories', 'brands', 'classes', 'token_hash', 'former_hash',
                  'expires_at', 'revoked_at');
create trigger audit_row after insert or delete or update of status on writeback
    for each row execute function audit_row('writeback', 'name', 'name', 'source', 'purpose', 'way', 'place', 'fields', 'rule', 'every', 'status');
create trigger audit_row after delete on consumer
    for each row execute function audit_row('consumer', 'name', 'name');

-- Who is conspicuous in the audit: see litso.usecases.audit_alarms. One open alarm of a rule and an actor.
create table audit_alarm (
    alarm_id  bigint generated always as identity primary key,
    rule      text not null,
    actor     text not null,
    measured  integer not null,
    threshold integer not null,
    raised_at timestamptz not null default now(),
    closed_by text,
    closed_at timestamptz,
    reason    text not null default ''
);
create unique index audit_alarm_open on audit_alarm (rule, actor) where closed_at is null;
create index audit_alarm_closed on audit_alarm (actor, closed_at) where closed_at is not null;

-- Thresholds in place of those that are shipped; 0: never.
create table audit_alarm_rule (
    rule     text primary key,
    people   integer not null check (people >= 0),
    programs integer not null check (programs >= 0),
    author   text not null,
    set_at   timestamptz not null default now()
);
call audit_changed_in('audit_alarm', 'alarm', 'alarm_id', 'null', '''{}''', 'closed_by closed_at ''close''');
call audit_ledger_of('audit_alarm_rule', 'alarm', 'rule', 'null', '''{}''', 'author set_at ''rule''');

-- Row security: the second wall ------------------------------------------------------------------------------------

-- Requests of actors with limits run under the role litso_reader, which owns nothing: it sees rows that a policy lets
-- through, and nothing at all unless litso.scopes is set. The owner of the tables is not held by them. Which tables the
-- role may read is told by litso.store.reader. A scope list is read once a statement, not once a row.

-- Parties, and what is known of them by their id.
alter table party enable row level security;
create policy scoped on party for select using (
    exists (select from party_scope s where s.party_id = party.party_id
            and s.scopes && (select nullif(current_setting('litso.scopes', true), '')::integer[])));

alter table golden enable row level security;
create policy scoped on golden for select using (
    exists (select from party_scope s where s.party_id = golden.party_id
            and s.scopes && (select nullif(current_setting('litso.scopes', true), '')::integer[])));

alter table golden_version enable row level security;
create policy scoped on golden_version for select using (
    exists (select from party_scope s where s.party_id = golden_version.party_id
            and s.scopes && (select nullif(current_setting('litso.scopes', true), '')::integer[])));

alter table source_record_version enable row level security;
create policy scoped on source_record_version for select using (
    exists (select from party_scope s where s.party_id = source_record_version.party_id
            and s.scopes && (select nullif(current_setting('litso.scopes', true), '')::integer[])));

alter table tie enable row level security;
create policy scoped on tie for select using (
    exists (select from party_scope s where s.party_id = tie.party_id
            and s.scopes && (select nullif(current_setting('litso.scopes', true), '')::integer[])));

alter table role enable row level security;
create policy scoped on role for select using (
    exists (select from party_scope s where s.party_id = role.party_id
            and s.scopes && (select nullif(current_setting('litso.scopes', true), '')::integer[])));

alter table household_member enable row level security;
create policy scoped on household_member for select using (
    exists (select from party_scope s where s.party_id = household_member.party_id
            and s.scopes && (select nullif(current_setting('litso.scopes', true), '')::integer[])));

alter table change enable row level security;
create policy scoped on change for select using (
    exists (select from party_scope s where s.party_id = change.party_id
            and s.scopes && (select nullif(current_setting('litso.scopes', true), '')::integer[])));

alter table check_match enable row level security;
create policy scoped on check_match for select using (
    exists (select from party_scope s where s.party_id = check_match.party_id
            and s.scopes && (select nullif(current_setting('litso.scopes', true), '')::integer[])));

alter table check_decision enable row level security;
create policy scoped on check_decision for select using (
    exists (select from party_scope s where s.party_id = check_decision.party_id
            and s.scopes && (select nullif(current_setting('litso.scopes', true), '')::integer[])));

alter table check_officer enable row level security;
create policy scoped on check_officer for select using (
    exists (select from party_scope s where s.party_id = check_officer.party_id
            and s.scopes && (select nullif(current_setting('litso.scopes', true), '')::integer[])));

-- Records by their node; deleted ones, which have none, are of no party.
alter table source_record enable row level security;
create policy scoped on source_record for select using (
    exists (select from node n join party_scope s using (party_id) where n.node_id = source_record.node_id
            and s.scopes && (select nullif(current_setting('litso.scopes', true), '')::integer[])));

-- Facts of a party's record or account; outages and premises of a house tell of no person. The offsets see to it that the
-- few facts of a party are looked up: the planner would like to read the whole crosswalk instead, and hash it.
alter table fact enable row level security;
create policy scoped on fact for select using (
    (kind in ('outage', 'premise') and account is null)
    or exists (select from crosswalk c join party_scope s using (party_id)
               where c.record_id = fact.record_id and c.until is null
               and s.scopes && (select nullif(current_setting('litso.scopes', true), '')::integer[]) offset 0)
    or exists (select from party_account a join party_scope s using (party_id) where a.account = fact.account
               and s.scopes && (select nullif(current_setting('litso.scopes', true), '')::integer[]) offset 0));

-- What hangs on a record goes with it; what speaks of two is seen by who sees both.
alter table consent enable row level security;
create policy scoped on consent for select using (
    exists (select from source_record r where r.source = consent.source and r.source_id = consent.source_id));

alter table pin enable row level security;
create policy scoped on pin for select using (
    exists (select from source_record r where r.source = pin.source and r.source_id = pin.source_id));

alter table written_value enable row level security;
create policy scoped on written_value for select using (
    exists (select from source_record r where r.source = written_value.source and r.source_id = written_value.source_id));

alter table judgement enable row level security;
create policy scoped on judgement for select using (
    exists (select from source_record r where r.source = left_source and r.source_id = left_id)
    and exists (select from source_record r where r.source = right_source and r.source_id = right_id));

alter table steward_case enable row level security;
create policy scoped on steward_case using (
    exists (select from source_record r where r.source = left_source and r.source_id = left_id)
    and exists (select from source_record r where r.source = right_source and r.source_id = right_id));

alter table case_verdict enable row level security;
create policy scoped on case_verdict for select using (
    exists (select from steward_case c where c.case_id = case_verdict.case_id));

-- What actors did: their own operations and answers; reads of parties that they see, and their own searches.
alter table operation enable row level security;
create policy own on operation for select using (author = (select current_setting('litso.actor', true)));

alter table idempotency enable row level security;
create policy own on idempotency using (actor = (select current_setting('litso.actor', true)));

alter table audit enable row level security;
create policy scoped on audit for select using (
    (party_id is null and actor = (select current_setting('litso.actor', true)))
    or exists (select from party_scope s where s.party_id = audit.party_id
               and s.scopes && (select nullif(current_setting('litso.scopes', true), '')::integer[])));
create policy written on audit for insert with check (actor = (select current_setting('litso.actor', true)));

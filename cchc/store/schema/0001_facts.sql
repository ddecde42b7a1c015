-- Facts as rows. The same statements run on ClickHouse 18.16 and 26.x: plain types, times as Int64 milliseconds UTC.
-- LowCardinality where an engine has it, see cchc/store/server/settings.py: few distinct texts in many rows. Rows are only
-- ever added. The same fact may stand here several times; every query counts identities, not rows.

-- Facts of dossiers (hồ sơ) and petitions (phản ánh, kiến nghị), and all retractions. Columns that a fact type does not use are empty or 0.
CREATE TABLE IF NOT EXISTS fact (
    subject String,              -- code of the dossier or petition
    fact_type UInt16,            -- field number in cchc.api.log.v1.Event.fact
    occurred_at Int64,
    recorded_at Int64,           -- said by the log
    id_hi UInt64,                -- identity, first eight bytes, big endian
    id_lo UInt64,
    replaces_hi UInt64,          -- identity of the replaced fact, or 0
    replaces_lo UInt64,
    log_partition LowCardinality(String),
    log_offset UInt64,
    log_row UInt32,
    source LowCardinality(String),
    unit LowCardinality(String),
    role UInt8,
    procedure LowCardinality(String),
    field LowCardinality(String),
    channel UInt8,
    due_at Int64,
    due_basis UInt8,
    party LowCardinality(String), -- receiving unit; unit transferred to; office of a step
    value Int64,                 -- outcome, ordinal, rating, amount, delivery mode
    flag UInt8,                  -- 0 not said, 1 yes, 2 no
    note LowCardinality(String), -- reason code, legal ground, step code
    -- What stands for the subject, and for unit and field, while many dossiers are counted: see cchc/dossier/numbering.py.
    subject_number UInt64 DEFAULT sipHash64(subject),
    place_number UInt64 DEFAULT bitOr(bitShiftLeft(cityHash64(unit), 32), bitAnd(cityHash64(field), 4294967295))
) ENGINE = MergeTree ORDER BY (subject, occurred_at);

-- Units (đơn vị) as they were defined, each definition from a day on.
CREATE TABLE IF NOT EXISTS unit_fact (
    subject String,
    occurred_at Int64,
    recorded_at Int64,
    id_hi UInt64,
    id_lo UInt64,
    replaces_hi UInt64,
    replaces_lo UInt64,
    name String,
    type UInt8,
    parent String,
    peer_group String,
    valid_from Int32,
    valid_to Int32,
    decision String,
    unconfirmed UInt8
) ENGINE = MergeTree ORDER BY (subject, occurred_at);

-- Procedures (thủ tục hành chính) as they were defined.
CREATE TABLE IF NOT EXISTS procedure_fact (
    subject String,
    occurred_at Int64,
    recorded_at Int64,
    id_hi UInt64,
    id_lo UInt64,
    replaces_hi UInt64,
    replaces_lo UInt64,
    field String,
    name String,
    levels String,               -- unit types joined by ';'
    limit_amount Int32,
    limit_unit UInt8,
    online_level UInt8,
    fee UInt8,
    paper_result UInt8,
    digitisation_exempt UInt8,
    after_15h_next_day UInt8,
    valid_from Int32,
    valid_to Int32,
    decision String,
    unconfirmed UInt8
) ENGINE = MergeTree ORDER BY (subject, occurred_at);

-- Decisions on working days (ngày làm việc, nghỉ bù, làm bù).
CREATE TABLE IF NOT EXISTS calendar_day_fact (
    subject String,
    occurred_at Int64,
    recorded_at Int64,
    id_hi UInt64,
    id_lo UInt64,
    replaces_hi UInt64,
    replaces_lo UInt64,
    day Int32,
    working UInt8,
    name String,
    decision String,
    known_from Int32
) ENGINE = MergeTree ORDER BY (subject, occurred_at);

-- What could not be folded: never dropped, counted in every answer, and driven again after a mend.
CREATE TABLE IF NOT EXISTS quarantine (
    log_partition String,
    log_offset UInt64,
    log_row Int64,               -- -1: the whole batch
    recorded_at Int64,
    reason String,
    detail String,
    event_hex String,            -- the event, or the batch, as bytes in hexadecimal
    attempt UInt32               -- 0 when it was first read; then the number of the redrive
) ENGINE = MergeTree ORDER BY (log_partition, log_offset, log_row);

-- Batches that were driven again. Only the entries of a batch's last attempt stand in quarantine.
CREATE TABLE IF NOT EXISTS redrive (
    log_partition String,
    log_offset UInt64,
    attempt UInt32
) ENGINE = MergeTree ORDER BY (log_partition, log_offset);

-- How far the log has been taken in. The largest next_offset of a partition counts.
CREATE TABLE IF NOT EXISTS checkpoint (
    log_partition String,
    next_offset UInt64,
    events UInt64
) ENGINE = MergeTree ORDER BY (log_partition, next_offset);

-- Working-day calendars that due times were derived with, whole, by fingerprint; written when first asked for.
CREATE TABLE IF NOT EXISTS working_calendar (
    calendar String,             -- WorkingCalendar.fingerprint()
    day Int32,                   -- days since 1970-01-01 in Asia/Ho_Chi_Minh
    seen Int32,                  -- working days after the calendar's first day, up to and including this one
    seen_before Int32,           -- the same, up to and including the day before
    next_day Int32               -- the first working day after this one, 0 = beyond the calendar
) ENGINE = MergeTree ORDER BY (calendar, day);

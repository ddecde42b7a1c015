-- Facts of the legal-review register (rà soát văn bản, TTHC) and of assessment (kế hoạch, kiểm tra, tự chấm, thẩm định),
-- and how procedures are handled. They are few, of many kinds, and read whole: each lies here as it was said.
-- Retractions of them are in the table fact. The same fact may stand here several times.
CREATE TABLE IF NOT EXISTS register_fact (
    subject String,              -- code of the document, plan, recommendation, task, criterion, procedure, …
    fact_type UInt16,            -- field number in cchc.api.log.v1.Event.fact
    occurred_at Int64,
    recorded_at Int64,           -- said by the log
    id_hi UInt64,                -- identity, first eight bytes, big endian
    id_lo UInt64,
    replaces_hi UInt64,          -- identity of the replaced fact, or 0
    replaces_lo UInt64,
    log_partition String,
    log_offset UInt64,
    log_row UInt32,
    source String,
    unit String,
    role UInt8,
    first_day Int32,             -- of all days that the fact names, since 1970-01-01; 0 = none
    last_day Int32,
    said String                  -- the typed fact as JSON, by the names of its fields
) ENGINE = MergeTree ORDER BY (fact_type, subject, occurred_at);

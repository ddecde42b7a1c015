-- How far the log has been taken in, and by what its last batch is known again. The largest next_offset of a partition
-- counts. It takes the place of checkpoint, which could not tell one log from another: a store that has only that one
-- reads its log once more, and counts nothing twice.
CREATE TABLE IF NOT EXISTS taken_in (
    log_partition String,
    next_offset UInt64,
    events UInt64,
    last_batch String            -- BLAKE2b of the batch before next_offset, its place and its time, in hexadecimal
) ENGINE = MergeTree ORDER BY (log_partition, next_offset);

DROP TABLE IF EXISTS checkpoint;

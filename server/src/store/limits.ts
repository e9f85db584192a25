// What one question and one insert may use, with units in the names. Sent with each statement, to a server and to the
// embedded engine alike, so that neither depends on how the other end is configured.

const MiB = 1024 * 1024

/** A question runs this long unless its asker says otherwise. */
export const QUERY_SECONDS_MAX = 20
export const QUERY_ROWS_MAX = 200_000
export const QUERY_RESULT_BYTES_MAX = 128 * MiB
export const QUERY_MEMORY_BYTES_MAX = 400 * MiB

/** A statement that changes something; an erasure rewrites whole parts. */
export const COMMAND_SECONDS_MAX = 3600

/** More than any segment has: one segment is one block for each target, which is what deduplication counts. */
const INSERT_BLOCK_ROWS = 4_000_000
/** Days of telemetry one segment may touch; each makes a part. Above the longest retention, so no clamped time exceeds it. */
const INSERT_PARTITIONS_MAX = 4_000

export const querySettings = (maxSeconds: number) => ({
  max_execution_time: maxSeconds,
  max_result_rows: String(QUERY_ROWS_MAX),
  max_result_bytes: String(QUERY_RESULT_BYTES_MAX),
  result_overflow_mode: 'throw' as const,
  max_memory_usage: String(QUERY_MEMORY_BYTES_MAX),
  output_format_json_quote_64bit_integers: 1 as const,
})

export const commandSettings = { max_execution_time: COMMAND_SECONDS_MAX }

/** One block, one thread, one token for the base table and every view: a replay changes no count in any of them. */
export const insertSettings = (token: string) => ({
  insert_deduplication_token: token,
  insert_deduplicate: 1 as const,
  deduplicate_blocks_in_dependent_materialized_views: 1 as const,
  async_insert: 0 as const,
  max_insert_threads: '1',
  max_insert_block_size: String(INSERT_BLOCK_ROWS),
  min_insert_block_size_rows: String(INSERT_BLOCK_ROWS),
  min_insert_block_size_bytes: '0',
  min_insert_block_size_rows_for_materialized_views: String(INSERT_BLOCK_ROWS),
  max_partitions_per_insert_block: String(INSERT_PARTITIONS_MAX),
  max_execution_time: 0,
  input_format_parallel_parsing: 0 as const,
})

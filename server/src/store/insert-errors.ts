// Which failed insert is worth another try. In: the error. Out: after how many tries the segment is put aside. Pure.
import { ClickHouseError } from '@clickhouse/client'

/** Data the store cannot read stays unreadable; the second try rules out a broken connection. */
const DATA_TRIES = 3
/** An error nobody foresaw: about ten minutes of tries, so that one segment cannot hold up all that come after it. */
const UNKNOWN_TRIES = 25

/** The bytes themselves are wrong: names of ClickHouse's errors. */
const DATA_ERRORS = new Set([
  'ATTEMPT_TO_READ_AFTER_EOF',
  'ARGUMENT_OUT_OF_BOUND',
  'CANNOT_CONVERT_TYPE',
  'CANNOT_PARSE_DATETIME',
  'CANNOT_PARSE_INPUT_ASSERTION_FAILED',
  'CANNOT_PARSE_TEXT',
  'CANNOT_READ_ALL_DATA',
  'INCORRECT_DATA',
  'NO_SUCH_COLUMN_IN_TABLE',
  'SIZES_OF_ARRAYS_DONT_MATCH',
  'SIZES_OF_COLUMNS_DOESNT_MATCH',
  'THERE_IS_NO_COLUMN',
  'TOO_LARGE_ARRAY_SIZE',
  'TOO_LARGE_STRING_SIZE',
  'TYPE_MISMATCH',
  'UNEXPECTED_END_OF_FILE',
  'UNKNOWN_TYPE',
  'VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE',
])

/** The store or the way to it, not the data: tried again for as long as it takes. */
const STORE_ERRORS = new Set([
  'ABORTED',
  'ACCESS_DENIED',
  'AUTHENTICATION_FAILED',
  'CANNOT_ALLOCATE_MEMORY',
  'CANNOT_WRITE_TO_FILE_DESCRIPTOR',
  'KEEPER_EXCEPTION',
  'MEMORY_LIMIT_EXCEEDED',
  'NETWORK_ERROR',
  'NOT_ENOUGH_SPACE',
  'NO_ZOOKEEPER',
  'QUERY_WAS_CANCELLED',
  'READONLY',
  'SOCKET_TIMEOUT',
  'TABLE_IS_READ_ONLY',
  'TIMEOUT_EXCEEDED',
  'TOO_FEW_LIVE_REPLICAS',
  'TOO_MANY_PARTS',
  'TOO_MANY_SIMULTANEOUS_QUERIES',
  'UNKNOWN_DATABASE',
  'UNKNOWN_STATUS_OF_INSERT',
  'UNKNOWN_TABLE',
  'UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE',
])

export function triesBeforeQuarantine(error: unknown): number {
  if (!(error instanceof ClickHouseError)) {
    // A segment whose file is gone cannot be inserted by waiting; everything else here is the way to the store.
    return (error as NodeJS.ErrnoException)?.code === 'ENOENT' ? DATA_TRIES : Infinity
  }
  const type = error.type ?? ''
  if (DATA_ERRORS.has(type)) return DATA_TRIES
  return STORE_ERRORS.has(type) ? Infinity : UNKNOWN_TRIES
}

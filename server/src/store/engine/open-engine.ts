// Starts the embedded engine on a folder. In: the folder. Out: a way to open sessions on it. Whatever stands in the way is
// said in words that tell what to do; the engine itself prints its reason on stderr only.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Session } from 'chdb'

/** Memory of the engine, bytes: with the rest of the process it stays below 1 GiB. */
const ENGINE_MEMORY_BYTES_MAX = 850 * 1024 * 1024
/** Where parts keep their marks, bytes; the engine's own default is 5 GB. */
const MARK_CACHE_BYTES_MAX = 64 * 1024 * 1024
/** Merges and mutations at once; the engine's own default is 16. */
const BACKGROUND_THREADS = 4

export interface Engine {
  openSession: () => Session
  /** Resolves when nothing of the engine is running any more. */
  drained: () => Promise<void>
  /** Where insert streams are put before they are read by the engine. Emptied at the start. */
  spoolDir: string
}

export async function openEngine(dataDir: string): Promise<Engine> {
  if (/[*?{}[\]]/.test(dataDir)) {
    throw new Error(
      `DATA_DIR=${dataDir} has one of * ? { } [ ], which the engine reads as a pattern. Choose another folder.`,
    )
  }
  const chdb = await loadEngine()
  const dir = join(dataDir, 'engine')
  const spoolDir = join(dataDir, 'spool')
  const configFile = join(dataDir, 'engine.xml')
  await mkdir(dir, { recursive: true })
  await rm(spoolDir, { recursive: true, force: true })
  await mkdir(spoolDir)
  await writeFile(configFile, configXml())
  const openSession = () => new chdb.Session(dir, { connectionArgs: [`--config-file=${configFile}`] })
  try {
    openSession().close()
  } catch (error) {
    throw new Error(await whyClosed(dir), { cause: error })
  }
  return { openSession, drained: () => chdb.drainPending(), spoolDir }
}

/** chdb is an optional dependency, with binaries for some platforms only. */
async function loadEngine(): Promise<typeof import('chdb')> {
  try {
    return await import('chdb')
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new Error(
      `The embedded engine cannot be loaded on ${process.platform}-${process.arch}: ${reason}\n` +
        'It runs on Linux (x64, arm64, glibc) and macOS, and is installed by `npm install` unless optional packages are left out.\n' +
        'Set CLICKHOUSE_URL=http://user:password@host:8123 to use a ClickHouse server instead.',
      { cause: error },
    )
  }
}

/** The engine leaves a file that says who has the folder; it is all one can ask, since its error does not say. */
async function whyClosed(dir: string): Promise<string> {
  const holder = /PID: (\d+)/.exec(await readFile(join(dir, 'status'), 'utf8').catch(() => ''))?.[1]
  if (holder && Number(holder) !== process.pid && isRunning(Number(holder))) {
    return `The engine's folder ${dir} is in use by process ${holder}. Stop that server, or start this one with another DATA_DIR.`
  }
  return (
    `The engine could not open its folder ${dir}; its own words are above. ` +
    'When another server uses the folder, stop it or choose another DATA_DIR; one process can open one folder at a time.'
  )
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The engine refuses to start when its pools are smaller than what a merge leaves free, so those follow the pool's size. */
function configXml(): string {
  const free = Math.floor(BACKGROUND_THREADS / 2)
  return `<clickhouse>
  <max_server_memory_usage>${ENGINE_MEMORY_BYTES_MAX}</max_server_memory_usage>
  <mark_cache_size>${MARK_CACHE_BYTES_MAX}</mark_cache_size>
  <background_pool_size>${BACKGROUND_THREADS}</background_pool_size>
  <merge_tree>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>${free}</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_mutation>${free}</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>${free}</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
  </merge_tree>
</clickhouse>
`
}

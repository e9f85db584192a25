// One process per journal: two would cut off each other's open segments. A file names the holder by process id and start
// time, so that a holder that was killed does not lock anybody out. Across machines that share a folder it proves nothing.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Takes the folder, or rejects with a sentence that says who has it. Returns how to give it back. */
export async function lockFolder(dir: string): Promise<() => Promise<void>> {
  const file = join(dir, 'lock')
  const mine = `${process.pid} ${await startTicks(process.pid)}`
  for (;;) {
    try {
      await writeFile(file, mine, { flag: 'wx' })
      return () => rm(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = (await readFile(file, 'utf8').catch(() => '')).trim()
    if (await isAlive(holder)) {
      const pid = holder.split(' ')[0]
      throw new Error(
        `The journal in ${dir} is in use by process ${pid}. Stop that server, or start this one with another DATA_DIR.`,
      )
    }
    await rm(file, { force: true })
  }
}

async function isAlive(holder: string): Promise<boolean> {
  const [pidText = '', ticks = ''] = holder.split(' ')
  const pid = Number(pidText)
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  // The same id with another start time is another process, which got the number of one that has ended.
  return (await startTicks(pid)) === ticks
}

/** When the process started, in the kernel's own count; '-' where the kernel does not say. */
async function startTicks(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-'
}

// Gives the engine a file to insert from, whatever the values are. Data never becomes part of a statement: the engine would
// end it at the first blank line and run the rest as SQL.
import { randomUUID } from 'node:crypto'
import { createWriteStream, ReadStream } from 'node:fs'
import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export interface SpooledFile {
  path: string
  bytes: number
  remove: () => Promise<void>
}

export async function spool(dir: string, values: string | Readable): Promise<SpooledFile> {
  const whole = typeof values === 'string' ? undefined : wholeFile(values)
  if (whole) {
    const { size } = await stat(whole)
    return { path: whole, bytes: size, remove: async () => {} }
  }
  const path = join(dir, `${randomUUID()}.in`)
  const remove = () => rm(path, { force: true })
  try {
    if (typeof values === 'string') await writeFile(path, values)
    else await pipeline(values, createWriteStream(path))
    return { path, bytes: (await stat(path)).size, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** A stream that reads a whole file from its start is that file: it is used where it lies, and the stream is closed. */
function wholeFile(values: Readable): string | undefined {
  if (!(values instanceof ReadStream) || typeof values.path !== 'string' || values.bytesRead > 0) return undefined
  const { start, end } = values as ReadStream & { start?: number; end?: number }
  if (start || (end !== undefined && end !== Infinity)) return undefined
  // It may fail to open what is looked at below anyway.
  values.on('error', () => {}).destroy()
  return values.path
}

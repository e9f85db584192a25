// The only place that writes log lines: one sentence a line, to stderr, with time and level. Text from outside is put on one
// line and cut, so that nobody can write lines of their own into the log.
export type Level = 'info' | 'warn' | 'error'

const lineCharsMax = 2000

export function log(level: Level, sentence: string): void {
  const line = `${new Date().toISOString()} ${level.padEnd(5)} ${sentence}`
  process.stderr.write(`${oneLine(line).slice(0, lineCharsMax)}\n`)
}

/** The sentence of an error, with its causes. */
export function say(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message} (${say(error.cause)})`
}

// eslint's control-character rule is why this is not a regular expression.
function oneLine(text: string): string {
  return Array.from(text, (char) => (char < ' ' || char === '\u007f' ? ' ' : char)).join('')
}

// Paired client spans of one window in, the calls to write out. Pure. A client whose server span never came is a call to an
// address; where another client of the window got an answer from that address, it is a call to the service behind it.
import { mergeLatency, type Latency } from './latency.ts'

export interface Pair {
  env: string
  from: string
  /** The service whose server span answered; empty when none was seen. */
  answeredBy: string
  /** The address that the client names; empty when it names none. */
  peer: string
  spans: number
  errors: number
  latency: Latency
}

export interface Edge {
  env: string
  from: string
  toType: string
  to: string
}

export interface Call extends Edge {
  spans: number
  errors: number
  latency: Latency
}

/** The calls of a window, and a zero for each edge that an earlier run wrote and that is not there any more. */
export function resolveCalls(pairs: readonly Pair[], written: readonly Edge[]): Call[] {
  const behind = servicesByAddress(pairs)
  const calls = new Map<string, Call>()
  for (const pair of pairs) {
    const target = targetOf(pair, behind)
    if (target === undefined) continue
    const edge = { env: pair.env, from: pair.from, ...target }
    const call = calls.get(edgeKey(edge)) ?? { ...edge, spans: 0, errors: 0, latency: [[], []] }
    calls.set(edgeKey(edge), {
      ...call,
      spans: call.spans + pair.spans,
      errors: call.errors + pair.errors,
      latency: mergeLatency([call.latency, pair.latency]),
    })
  }
  const gone = written.filter((edge) => !calls.has(edgeKey(edge)))
  return [...calls.values(), ...gone.map((edge): Call => ({ ...edge, spans: 0, errors: 0, latency: [[], []] }))]
}

/** An address that several services answered from (a proxy in front of them) says nothing about who would have answered. */
function servicesByAddress(pairs: readonly Pair[]): Map<string, string | undefined> {
  const behind = new Map<string, string | undefined>()
  for (const { env, peer, answeredBy } of pairs.filter(({ peer, answeredBy }) => peer !== '' && answeredBy !== '')) {
    const address = JSON.stringify([env, peer])
    behind.set(address, behind.has(address) && behind.get(address) !== answeredBy ? undefined : answeredBy)
  }
  return behind
}

function targetOf(pair: Pair, behind: Map<string, string | undefined>): Pick<Edge, 'toType' | 'to'> | undefined {
  const service = pair.answeredBy || behind.get(JSON.stringify([pair.env, pair.peer]))
  if (service !== undefined) return { toType: 'service', to: service }
  return pair.peer === '' ? undefined : { toType: 'external', to: pair.peer }
}

const edgeKey = ({ env, from, toType, to }: Edge) => JSON.stringify([env, from, toType, to])

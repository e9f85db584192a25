// The three views: how each is asked, and how its answer is taken apart into a head and items with ids. The snapshot is what
// HTTP answers to the same question, so the page needs to know one shape only.
import type { Heads, Items, JourneyArgs, OverviewArgs, Snapshot, TraceArgs, View, ViewArgs } from '../contract/live.ts'
import type { JourneyAnswer } from '../contract/journey.ts'
import type { Overview } from '../contract/topology.ts'
import type { Trace } from '../contract/traces.ts'
import type { Picture } from './diff.ts'

export type Answer<V extends View> = Omit<Snapshot<V>, 'args' | 'seq'> & { asOfUs: number }

/** What a view is asked through, by socket and by HTTP. Each throws a ProblemError when nothing is known. */
export abstract class Questions {
  abstract overview(args: OverviewArgs): Promise<Overview>
  abstract journey(args: JourneyArgs): Promise<JourneyAnswer>
  abstract trace(args: TraceArgs): Promise<Trace>
}

export interface Seen<V extends View> {
  answer: Answer<V>
  picture: Picture<Items[V], Heads[V]>
  /** True while more is expected soon: asked again after a second, not after five. */
  moving: boolean
}

/** Fields that only say how old something is; an item is not sent again for them. */
export const ignored: Record<View, readonly string[]> = { overview: [], journey: ['ageUs'], trace: [] }

export async function see<V extends View>(questions: Questions, view: V, args: ViewArgs[V]): Promise<Seen<V>> {
  const seen = await seeAny(questions, view, args)
  return seen as unknown as Seen<V>
}

async function seeAny(questions: Questions, view: View, args: ViewArgs[View]) {
  if (view === 'overview') return seeOverview(await questions.overview(args as OverviewArgs))
  if (view === 'journey') return seeJourney(await questions.journey(args as JourneyArgs))
  return seeTrace(await questions.trace(args as TraceArgs))
}

function seeOverview(answer: Overview): Seen<'overview'> {
  const { topology, vitals, fresh, recent, failing, asOfUs: _asOfUs, ...head } = answer
  const items: Items['overview'][] = [
    ...topology.nodes.map((node) => ({ part: 'node' as const, ...node })),
    ...topology.edges.map((edge) => ({ part: 'edge' as const, ...edge })),
    ...vitals.map((vital) => ({ part: 'vital' as const, ...vital })),
    ...fresh.map((source) => ({ part: 'fresh' as const, id: `fresh:${source.source}`, ...source })),
    ...recent.map((event) => ({ part: 'recent' as const, ...event })),
    ...failing.map((place) => ({ part: 'failing' as const, ...place })),
  ]
  const order = [...recent, ...failing].map(({ id }) => id)
  return { answer, picture: { head, items, order }, moving: true }
}

function seeJourney(answer: JourneyAnswer): Seen<'journey'> {
  if ('candidates' in answer) {
    const { asOfUs: _asOfUs, ...head } = answer
    return { answer, picture: { head, items: [], order: [] }, moving: false }
  }
  const { hops, asOfUs: _asOfUs, ...head } = answer
  const items = hops.map((hop) => ({ part: 'hop' as const, ...hop }))
  return { answer, picture: { head, items, order: hops.map(({ id }) => id) }, moving: answer.state === 'moving' }
}

function seeTrace(answer: Trace): Seen<'trace'> {
  const { spans, logs, asOfUs: _asOfUs, ...head } = answer
  const items: Items['trace'][] = [
    ...spans.map((span) => ({ part: 'span' as const, id: span.spanId, ...span })),
    ...logs.map((record) => ({ part: 'log' as const, ...record })),
  ]
  const order = spans.map(({ spanId }) => spanId)
  return { answer, picture: { head, items, order }, moving: answer.state === 'receiving' }
}

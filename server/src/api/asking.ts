// The questions of the page, whoever asks: by HTTP and by socket the same providers answer, and the same words say that
// nothing is known. How far back the data goes is part of that answer, since "not found" and "expired" look alike.
import type { JourneyAnswer } from '../contract/journey.ts'
import type { JourneyArgs, OverviewArgs, TraceArgs } from '../contract/live.ts'
import type { Overview } from '../contract/topology.ts'
import type { Trace } from '../contract/traces.ts'
import type { Journeys } from '../journey/journeys.ts'
import { Questions } from '../live/views.ts'
import { ProblemError } from '../problem.ts'
import type { Store } from '../store/clickhouse.ts'
import { readOldest } from '../store/queries/places.ts'
import type { Overviews } from '../topology/overviews.ts'
import type { TraceFinder } from '../traces/trace-finder.ts'

export interface AskingParts {
  store: Store
  overviews: Overviews
  journeys: Journeys
  finder: TraceFinder
}

export class Asking extends Questions {
  readonly #parts: AskingParts

  constructor(parts: AskingParts) {
    super()
    this.#parts = parts
  }

  overview(args: OverviewArgs): Promise<Overview> {
    return this.#parts.overviews.overview(args)
  }

  async journey(args: JourneyArgs): Promise<JourneyAnswer> {
    const answer = await this.#parts.journeys.find(args)
    if (answer !== undefined) return answer
    const searched = 'Searched were trace ids, positions, message keys and business keys'
    throw await this.#nothing(`Nothing is known of "${args.q}"${where(args)}. ${searched}, at any time.`)
  }

  async trace(args: TraceArgs): Promise<Trace> {
    const answer = await this.#parts.finder.trace(args)
    if (answer !== undefined) return answer
    throw await this.#nothing(`No span of trace ${args.traceId} was received${where(args)}, or all have expired.`)
  }

  async #nothing(what: string): Promise<ProblemError> {
    const { spansUs, keysUs } = await readOldest(this.#parts.store)
    const back = [
      spansUs === undefined ? 'no spans are stored yet' : `spans go back to ${day(spansUs)}`,
      ...(keysUs === undefined ? [] : [`keys to ${day(keysUs)}`]),
    ]
    return new ProblemError({
      title: 'Nothing found',
      status: 404,
      detail: `${what} ${sentence(back.join(', '))}`,
      todo: 'Check the spelling and the environment; what was sent a moment ago is found after a second or two.',
    })
  }
}

const where = ({ env, cluster }: { env?: string; cluster?: string }) =>
  `${env === undefined ? '' : ` in environment ${env}`}${cluster === undefined ? '' : ` in cluster ${cluster}`}`

const day = (us: number) => `${new Date(us / 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

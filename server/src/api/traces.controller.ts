// Lists of traces, and one trace.
import { Controller, Get, Param, Query } from '@nestjs/common'
import type { z } from 'zod'
import type { Trace, TraceList } from '../contract/traces.ts'
import { Questions } from '../live/views.ts'
import { traced } from '../telemetry.ts'
import { TraceFinder } from '../traces/trace-finder.ts'
import { given } from './given.ts'
import { traceOptions, traceParams, tracesParams } from './queries.ts'

@Controller('api/v1/traces')
export class TracesController {
  constructor(
    private readonly finder: TraceFinder,
    private readonly questions: Questions,
  ) {}

  @Get()
  list(@Query({ schema: tracesParams }) query: z.output<typeof tracesParams>): Promise<TraceList> {
    return traced('GET /api/v1/traces', () => this.finder.list(given(query)))
  }

  @Get(':traceId')
  trace(
    @Param({ schema: traceParams }) { traceId }: z.output<typeof traceParams>,
    @Query({ schema: traceOptions }) query: z.output<typeof traceOptions>,
  ): Promise<Trace> {
    return traced('GET /api/v1/traces/{traceId}', () => this.questions.trace({ ...given(query), traceId }))
  }
}

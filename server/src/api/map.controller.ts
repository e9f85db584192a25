// The map, alone for a window and as part of the live page.
import { Controller, Get, Query } from '@nestjs/common'
import type { z } from 'zod'
import type { Overview, Topology } from '../contract/topology.ts'
import { Questions } from '../live/views.ts'
import { traced } from '../telemetry.ts'
import { Overviews } from '../topology/overviews.ts'
import { given } from './given.ts'
import { overviewParams, topologyParams } from './queries.ts'

@Controller('api/v1')
export class MapController {
  constructor(
    private readonly overviews: Overviews,
    private readonly questions: Questions,
  ) {}

  @Get('topology')
  topology(@Query({ schema: topologyParams }) query: z.output<typeof topologyParams>): Promise<Topology> {
    const { env, cluster, from, to } = query
    return traced('GET /api/v1/topology', () => this.overviews.topology({ env, cluster, fromUs: from, toUs: to }))
  }

  @Get('overview')
  overview(@Query({ schema: overviewParams }) query: z.output<typeof overviewParams>): Promise<Overview> {
    return traced('GET /api/v1/overview', () => this.questions.overview(given(query)))
  }
}

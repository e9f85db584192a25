// What happened to one event.
import { Controller, Get, Query } from '@nestjs/common'
import type { z } from 'zod'
import type { JourneyAnswer } from '../contract/journey.ts'
import { Questions } from '../live/views.ts'
import { traced } from '../telemetry.ts'
import { given } from './given.ts'
import { journeyParams } from './queries.ts'

@Controller('api/v1/journey')
export class JourneyController {
  constructor(private readonly questions: Questions) {}

  @Get()
  journey(@Query({ schema: journeyParams }) query: z.output<typeof journeyParams>): Promise<JourneyAnswer> {
    return traced('GET /api/v1/journey', () => this.questions.journey(given(query)))
  }
}

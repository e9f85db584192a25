// What the server knows about itself.
import { Controller, Get } from '@nestjs/common'
import type { Status } from '../contract/status.ts'
import { traced } from '../telemetry.ts'
import { Statuses } from './statuses.ts'

@Controller('api/v1/status')
export class StatusController {
  constructor(private readonly statuses: Statuses) {}

  @Get()
  status(): Promise<Status> {
    return traced('GET /api/v1/status', () => this.statuses.status())
  }
}

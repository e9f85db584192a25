// The generated description of the API.
import { Controller, Get } from '@nestjs/common'
import { Statuses } from './statuses.ts'
import { describeApi } from './openapi.ts'

@Controller('openapi.json')
export class OpenApiController {
  constructor(private readonly statuses: Statuses) {}

  @Get()
  describe(): object {
    return describeApi(this.statuses.version)
  }
}

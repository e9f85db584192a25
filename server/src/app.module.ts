// The one Nest module: every provider and controller, in the order of the flow. The parts are started by main.ts, which knows
// in what order; this module only hands them out.
import { Module, type DynamicModule } from '@nestjs/common'
import { EraseController } from './api/erase.controller.ts'
import { Eraser } from './api/eraser.ts'
import { HealthController } from './api/health.controller.ts'
import { JourneyController } from './api/journey.controller.ts'
import { MapController } from './api/map.controller.ts'
import { Metrics } from './api/metrics.ts'
import { OpenApiController } from './api/openapi.controller.ts'
import { StatusController } from './api/status.controller.ts'
import { Statuses } from './api/statuses.ts'
import { TracesController } from './api/traces.controller.ts'
import { LiveGateway } from './live/live.gateway.ts'
import { Questions } from './live/views.ts'
import { Overviews } from './topology/overviews.ts'
import { TraceFinder } from './traces/trace-finder.ts'

export interface AppParts {
  overviews: Overviews
  finder: TraceFinder
  questions: Questions
  statuses: Statuses
  eraser: Eraser
}

@Module({})
export class AppModule {
  static of({ overviews, finder, questions, statuses, eraser }: AppParts): DynamicModule {
    return {
      module: AppModule,
      providers: [
        { provide: Overviews, useValue: overviews },
        { provide: TraceFinder, useValue: finder },
        { provide: Questions, useValue: questions },
        { provide: Statuses, useValue: statuses },
        { provide: Metrics, useValue: new Metrics(statuses) },
        { provide: Eraser, useValue: eraser },
        LiveGateway,
      ],
      controllers: [
        HealthController,
        OpenApiController,
        JourneyController,
        MapController,
        TracesController,
        StatusController,
        EraseController,
      ],
    }
  }
}

// Alive, ready, and figures for Prometheus.
import { Controller, Get, Header, HttpCode } from '@nestjs/common'
import { ProblemError } from '../problem.ts'
import { Metrics } from './metrics.ts'
import { Statuses } from './statuses.ts'

@Controller()
export class HealthController {
  constructor(
    private readonly statuses: Statuses,
    private readonly metrics: Metrics,
  ) {}

  @Get('healthz')
  alive(): { status: 'ok' } {
    return { status: 'ok' }
  }

  @Get('readyz')
  @HttpCode(200)
  async ready(): Promise<{ status: 'ready'; checks: Record<string, string> }> {
    const checks = await this.statuses.checks()
    const failing = Object.entries(checks).filter(([, state]) => state !== 'ok')
    if (failing.length === 0) return { status: 'ready', checks }
    throw new ProblemError({
      title: 'Not ready',
      status: 503,
      detail: failing.map(([what, state]) => `${what}: ${state}`).join('; '),
      todo: 'See /api/v1/status and the log; telemetry that was acknowledged is safe on disk.',
    })
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Header('cache-control', 'no-store')
  text(): Promise<string> {
    return this.metrics.text()
  }
}

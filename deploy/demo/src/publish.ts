// A message is published in a producer span, which learns partition and offset when the log has taken it.
import { SpanKind, type Attributes, type Link } from '@opentelemetry/api'
import type { Convention } from './conventions.ts'
import type { Faults } from './faults.ts'
import type { Log, Topic } from './log.ts'
import { carryingHeaders, inSpan, type Telemetry } from './telemetry.ts'

export interface Publication {
  topic: Topic
  key: string
  value: Record<string, unknown>
  attributes: Attributes
  headers?: Record<string, string>
  links?: Link[]
}

export type Publish = (publication: Publication) => Promise<void>

export function makePublish(telemetry: Telemetry, log: Log, faults: Faults, names: Convention): Publish {
  const clientId = telemetry.service
  return ({ topic, key, value, attributes, headers = {}, links = [] }) => {
    const span = telemetry.tracer.startSpan(names.sendName(topic), {
      kind: SpanKind.PRODUCER,
      attributes: { ...names.send(topic, key, clientId), ...attributes },
      links,
    })
    return inSpan(span, async () => {
      const carried = faults.dropsContext(topic) ? {} : carryingHeaders()
      const message = { key, value: JSON.stringify(value), headers: { ...headers, ...carried } }
      const { partition, offset } = await log.send(clientId, topic, message)
      span.setAttributes(names.sent(partition, offset))
    })
  }
}

// A snapshot becomes OTLP metrics under the stock receiver's names. Pure: every time comes from the snapshot, so that a point
// says when its offset was read and not when it was sent. Cut into requests of a bounded number of points.
import { ValueType, type Attributes, type HrTime } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import { lagMessages } from './lag.ts'
import { attributes as at, cluster, own, scopeName, serviceName, stock } from './names.ts'
import type { Snapshot } from './snapshot.ts'

/** Counters of the collector itself, since its start. */
export interface Tally {
  startedMs: number
  polls: number
  failures: ReadonlyMap<string, number>
  dropped: ReadonlyMap<string, number>
}

export interface Identity {
  /** `deployment.environment.name`, when it is known. */
  env?: string | undefined
  clusterAlias?: string | undefined
  version: string
}

interface Point {
  name: string
  value: number
  attributes: Attributes
  atMs: number
}

const kinds: Record<string, { unit: string; description: string; sum?: 'up-down' | 'counter' }> = {
  [stock.brokers]: { unit: '{brokers}', description: 'Brokers of the cluster.', sum: 'up-down' },
  [stock.topicPartitions]: { unit: '{partitions}', description: 'Partitions of a topic.', sum: 'up-down' },
  [stock.currentOffset]: { unit: '1', description: 'Offset that the next record gets (last stable offset).' },
  [stock.oldestOffset]: { unit: '1', description: 'Oldest offset that is still there.' },
  [stock.groupOffset]: { unit: '1', description: 'Offset that a group has committed.' },
  [stock.groupLag]: { unit: '1', description: 'Messages between the committed offset and the end.' },
  [stock.groupMembers]: { unit: '{members}', description: 'Members of a group.', sum: 'up-down' },
  [own.reachable]: { unit: '1', description: '1 while the last poll reached a broker.' },
  [own.polls]: { unit: '{polls}', description: 'Polls since the start.', sum: 'counter' },
  [own.failures]: { unit: '{failures}', description: 'Parts of polls that failed.', sum: 'counter' },
  [own.dropped]: { unit: '{points}', description: 'Points thrown away unsent.', sum: 'counter' },
}

/** The requests to send for one snapshot, each with at most `pointsMax` points. */
export function toRequests(snapshot: Snapshot, tally: Tally, who: Identity, pointsMax: number): ResourceMetrics[] {
  const resource = resourceFromAttributes({
    'service.name': serviceName,
    'service.version': who.version,
    ...(who.env && { 'deployment.environment.name': who.env }),
    ...(snapshot.clusterId && { [cluster.id]: snapshot.clusterId }),
    ...(who.clusterAlias && { [cluster.alias]: who.clusterAlias }),
  })
  const points = [...selfPoints(snapshot, tally), ...topicPoints(snapshot), ...groupPoints(snapshot)]
  const requests: ResourceMetrics[] = []
  for (let from = 0; from < points.length; from += pointsMax) {
    const metrics = byMetric(points.slice(from, from + pointsMax), hrTime(tally.startedMs))
    requests.push({ resource, scopeMetrics: [{ scope: { name: scopeName, version: who.version }, metrics }] })
  }
  return requests
}

/** How many points a request carries. */
export const countPoints = (request: ResourceMetrics): number =>
  request.scopeMetrics.reduce((sum, { metrics }) => sum + metrics.reduce((n, m) => n + m.dataPoints.length, 0), 0)

function* selfPoints(snapshot: Snapshot, tally: Tally): Generator<Point> {
  const atMs = snapshot.readMs
  yield { name: own.reachable, value: snapshot.reachable ? 1 : 0, attributes: {}, atMs }
  yield { name: own.polls, value: tally.polls, attributes: {}, atMs }
  for (const [reason, value] of tally.failures)
    yield { name: own.failures, value, attributes: { [at.reason]: reason }, atMs }
  for (const [reason, value] of tally.dropped)
    yield { name: own.dropped, value, attributes: { [at.reason]: reason }, atMs }
  if (snapshot.brokers !== undefined) yield { name: stock.brokers, value: snapshot.brokers, attributes: {}, atMs }
}

function* topicPoints(snapshot: Snapshot): Generator<Point> {
  for (const { topic, readMs: atMs, partitions } of snapshot.topics) {
    yield { name: stock.topicPartitions, value: partitions.length, attributes: { [at.topic]: topic }, atMs }
    for (const { partition, start, end } of partitions) {
      const attributes = { [at.topic]: topic, [at.partition]: partition }
      if (end !== undefined) yield { name: stock.currentOffset, value: Number(end), attributes, atMs }
      if (start !== undefined) yield { name: stock.oldestOffset, value: Number(start), attributes, atMs }
    }
  }
}

function* groupPoints(snapshot: Snapshot): Generator<Point> {
  const logs = new Map(
    snapshot.topics.flatMap((t) => t.partitions.map((p) => [`${t.topic}/${p.partition}`, { ...p, atMs: t.readMs }])),
  )
  for (const { group, readMs: atMs, members, commits } of snapshot.groups) {
    if (members !== undefined)
      yield { name: stock.groupMembers, value: members, attributes: { [at.group]: group }, atMs }
    for (const { topic, partition, offset } of commits) {
      const attributes = { [at.group]: group, [at.topic]: topic, [at.partition]: partition }
      yield { name: stock.groupOffset, value: Number(offset), attributes, atMs }
      const log = logs.get(`${topic}/${partition}`)
      const lag = lagMessages(offset, log?.start, log?.end)
      if (lag !== undefined) yield { name: stock.groupLag, value: lag, attributes, atMs: log?.atMs ?? atMs }
    }
  }
}

function byMetric(points: Point[], startTime: HrTime): MetricData[] {
  const metrics = new Map<string, MetricData>()
  for (const { name, value, attributes, atMs } of points) {
    const metric = metrics.get(name) ?? emptyMetric(name)
    metrics.set(name, metric)
    const counts = kinds[name]?.sum === 'counter'
    const endTime = hrTime(atMs)
    const point = { value, attributes, endTime, startTime: counts ? startTime : endTime }
    if (metric.dataPointType === DataPointType.GAUGE || metric.dataPointType === DataPointType.SUM)
      metric.dataPoints.push(point)
  }
  return [...metrics.values()]
}

function emptyMetric(name: string): MetricData {
  const { unit = '1', description = '', sum } = kinds[name] ?? {}
  const descriptor = { name, unit, description, valueType: ValueType.INT }
  const aggregationTemporality = AggregationTemporality.CUMULATIVE
  if (sum === undefined)
    return { descriptor, aggregationTemporality, dataPointType: DataPointType.GAUGE, dataPoints: [] }
  const isMonotonic = sum === 'counter'
  return { descriptor, aggregationTemporality, dataPointType: DataPointType.SUM, isMonotonic, dataPoints: [] }
}

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)]

// Colours of services within one trace: `--series-1` to 7 in order of first appearance, so that neighbours differ; the eighth begins again.
// Colour repeats the name that stands beside it and never says a status.
import type { Span } from '@hopscope/server/contract/traces'

const colours = 7

export function seriesByService(spans: readonly Span[]): Map<string, number> {
  const firsts = new Map<string, number>()
  for (const { service, startUs } of spans) {
    const known = firsts.get(service)
    if (known === undefined || startUs < known) firsts.set(service, startUs)
  }
  const services = [...firsts].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))
  return new Map(services.map(([service], index) => [service, (index % colours) + 1]))
}

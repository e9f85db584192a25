// The filter inside one trace. `payment charge` finds spans whose service, name or status message holds both words,
// `http.method=POST` finds an attribute, `error` also finds every failed span. In: nodes and text. Out: ids of nodes.
import type { Span } from '@hopscope/server/contract/traces'
import type { TreeNode } from './tree.ts'

function matchesTerm(span: Span, term: string): boolean {
  const equals = term.indexOf('=')
  if (equals > 0) {
    const name = term.slice(0, equals)
    const value = term.slice(equals + 1)
    const holds = (attrs: Record<string, string>): boolean =>
      Object.entries(attrs).some(([key, is]) => key.toLowerCase() === name && is.toLowerCase().includes(value))
    return holds(span.attrs) || holds(span.resourceAttrs)
  }
  if (term === 'error' && span.status === 'error') return true
  return [span.service, span.name, span.statusMessage, span.spanId].some((text) => text.toLowerCase().includes(term))
}

/** Undefined for an empty filter: everything is shown. */
export function matchSpans(nodes: TreeNode[], filter: string): Set<string> | undefined {
  const terms = filter.toLowerCase().split(/\s+/).filter(Boolean)
  if (terms.length === 0) return undefined
  const found = new Set<string>()
  for (const { id, span } of nodes) if (span && terms.every((term) => matchesTerm(span, term))) found.add(id)
  return found
}

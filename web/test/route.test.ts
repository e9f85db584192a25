import { describe, expect, it } from '@jest/globals'
import { Route } from '../src/lib/route.svelte.ts'
import { parseRange } from '../src/lib/time.ts'

function at(path: string) {
  const url = new URL(path, 'http://page')
  const written: string[] = []
  const write = (kind: string) => (_: unknown, __: string, target?: string | URL | null) => {
    written.push(`${kind} ${target}`)
  }
  return { route: new Route(url, { pushState: write('push'), replaceState: write('replace') }), written }
}

describe('the address bar is the state', () => {
  it('reads what was typed by hand', () => {
    const { route } = at('/journey?q=order.id=8123&env=prod&cluster=retail&from=now-1h&sel=h3&attr=a=1&attr=b=2')
    expect([route.path, route.q, route.sel, route.scope]).toEqual([
      '/journey',
      'order.id=8123',
      'h3',
      { env: 'prod', cluster: 'retail' },
    ])
    expect([route.range, route.all('attr')]).toEqual([parseRange('1h'), ['a=1', 'b=2']])
    expect(at('/trace/4bf92f3577b34da6a3ce929d0e0e4736').route.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736')
  })
  it('a range that cannot be read is the usual one', () => {
    expect(at('/?from=rubbish').route.range).toEqual(parseRange('15m'))
  })
  it('links keep environment, cluster and range, and nothing of the page before', () => {
    const { route } = at('/traces?env=prod&from=now-1h&service=orders&sel=x')
    expect(route.href('/journey', { q: 'orders.events/3@1842' })).toBe(
      '/journey?env=prod&from=now-1h&q=orders.events/3@1842',
    )
    expect(route.href('/')).toBe('/?env=prod&from=now-1h')
  })
  it('changes of the page keep the rest; undefined takes away; lists repeat', () => {
    const { route } = at('/traces?service=orders&sel=x')
    expect(route.with({ sel: undefined, attr: ['a=1', 'b=2'] })).toBe('/traces?service=orders&attr=a=1&attr=b=2')
  })
  it('values that would break a query are escaped and read back', () => {
    const { route } = at('/')
    const q = `x&y=<img src=a onerror=1>#?%`
    route.go(route.href('/journey', { q }))
    expect(route.q).toBe(q)
  })
  it('going adds a step for the back button; replacing adds none; the same place adds none', () => {
    const { route, written } = at('/')
    route.go('/traces?service=orders')
    route.go('/traces?service=orders')
    route.go('/traces?service=payment', { replace: true })
    expect(written).toEqual(['push /traces?service=orders', 'replace /traces?service=payment'])
    route.read(new URL('http://page/journey?q=1'))
    expect([route.path, route.q]).toEqual(['/journey', '1'])
  })
  it('relative ranges stay relative in links and become absolute in a copied one', () => {
    const { route } = at('/?from=now-15m')
    const nowUs = Date.parse('2026-08-23T03:14:09Z') * 1000
    expect(route.withRange(parseRange('1h')!)).toBe('/?from=now-1h')
    expect(route.copyHref(nowUs)).toBe('/?from=2026-08-23T02:59:09Z&to=2026-08-23T03:14:09Z')
  })
})

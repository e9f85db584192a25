import { it } from '@jest/globals'
import { Journeys } from '../../src/journey/journeys.ts'
import { TraceFinder } from '../../src/traces/trace-finder.ts'
import { defaultKeySettings, makeKeyRules } from '../../src/keys/rules.ts'
import { openTestStore } from '../store/transports.ts'
import { retailOrder, startUs } from '../story.ts'
import { keep, shiftUs } from './in-store.ts'
const rules = makeKeyRules(defaultKeySettings, (t) => `hash:${t}`)
it('scale', async () => {
  const o = await openTestStore('embedded')
  const t0 = Date.now()
  for (let part = 0; part < 5; part++) await o.store.command(`INSERT INTO spans_in (env, cluster, service, ts, duration_ns, trace_id, span_id, parent_span_id, name, kind, operation, topic, partition, offset, consumer_group, attrs, \`keys.name\`, \`keys.value\`)
   SELECT 'prod','main', concat('svc', toString(number % 8)), fromUnixTimestamp64Micro(toInt64(${startUs + shiftUs}) + intDiv(number, 8) * 50000), 5000000, toFixedString(unhex(leftPad(hex(intDiv(number,8)+1000),32,'0')),16), toFixedString(unhex(leftPad(hex(number+1),16,'0')),8), if(number % 8 = 0, toFixedString('',8), toFixedString(unhex(leftPad(hex(number),16,'0')),8)), concat('op', toString(number % 8)), if(number%8=3,4,if(number%8=4,5,1)), if(number%8=3,2,if(number%8=4,4,0)), if(number%8 in (3,4),'t',''), if(number%8 in (3,4),toInt32(intDiv(number,8)%12),-1), if(number%8 in (3,4),toInt64(intDiv(number,8)),-1), if(number%8=4,'g',''), map('order.id', toString(intDiv(number,8)), 'tenant.id','acme'), ['order.id','tenant.id'], [toString(intDiv(number,8)), 'acme'] FROM numbers(${part * 200000}, 200000)`)
  const told = retailOrder('x8123', (h, s) => h === 'shipping' && s.dropTraceContext())
  await keep(o, told.spans)
  console.log('filled', Date.now() - t0)
  const counts: number[] = []
  const store = { ...o.store, rows: async (sql: string, p: object, opt: object) => { const t = performance.now(); const r = await o.store.rows(sql, p as never, opt); counts.push(Math.round(performance.now() - t)); return r } } as never
  const j = new Journeys(store, rules, () => Date.now() * 1000)
  for (const q of ['order.id=x8123', 'order.id=50000', 't/8@50000', '50000', told.spans[0]!.traceId, 'tenant.id=acme', 'order.id=none']) {
    counts.length = 0
    const t = performance.now(); const a = await j.find({ q }); console.log(q, (performance.now() - t).toFixed(0), 'ms', JSON.stringify(counts), a && ('hops' in a ? a.hops.length + ' hops ' + JSON.stringify(a.wideKeys ?? '') + a.boundText : a.candidates.length + ' candidates'))
  }
  const f = new TraceFinder(store, rules, () => startUs + shiftUs + 8 * 3600_000_000)
  for (const args of [{}, { service: 'svc3' }, { attr: ['order.id=777'] }, { minDurationUs: 1e9 }, { attr: ['tenant.id=acme'], limit: 10 }, { attr: ['http.x=1'] }, {status: 'error' as const}]) {
    counts.length = 0
    const t = performance.now(); const a = await f.list(args); console.log(JSON.stringify(args), (performance.now() - t).toFixed(0), 'ms', JSON.stringify(counts), a.traces.length, a.more)
  }
  await o.close()
}, 300000)

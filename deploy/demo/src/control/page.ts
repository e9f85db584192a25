// The control page as HTML, from its state. Everything that is not fixed text is escaped. Works without script; page.js only
// saves the reload.
import { contextTopics, delayMsMax } from '../faults.ts'
import { journeyUrl, type ControlState } from './state.ts'

/** HTML text of a value that may contain anything. */
export const escapeHtml = (text: string | number) =>
  String(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)

export function renderPage(state: ControlState): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Retail demo: break things</title>
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<header>
  <h1>Retail demo</h1>
  <p>${transportText(state.transport)} <a href="${escapeHtml(state.dashboardUrl)}">Back to the dashboard</a></p>
</header>
<main id="live">
${renderLive(state)}
</main>
</body>
</html>
`
}

function renderLive(state: ControlState): string {
  return `<p id="message" role="status"></p>
${renderSummary(state)}
${renderConsumers(state)}
${renderSingles(state)}
${renderOrders(state)}`
}

const transportText = (transport: ControlState['transport']) =>
  transport === 'kafka'
    ? 'Its services talk over a real Kafka.'
    : "Its services talk over an in-memory log with Kafka's semantics, not over Kafka."

function renderSummary({ rate, refused, faults }: ControlState): string {
  const broken = [
    ...faults.stopped.map((group) => `${group} is stopped`),
    ...Object.entries(faults.delayMs).map(([group, ms]) => `${group} takes ${ms} ms longer a message`),
    ...faults.contextDropped.map((topic) => `${topic} is published without trace context`),
    ...(faults.declinedShare > 0 ? [`${Math.round(faults.declinedShare * 100)} % of cards are declined`] : []),
    ...faults.poisonedOrders.map((order) => `billing cannot read order ${order}`),
  ]
  const text = broken.length === 0 ? 'Nothing is broken by this page.' : broken.map(escapeHtml).join('; ')
  return `<section class="summary" aria-label="State">
  <p><strong class="number" data-live="rate">${rate.toFixed(1)}</strong> orders/s, <span data-live="refused">${refused}</span> refused</p>
  <p class="${broken.length === 0 ? 'ok' : 'err'}">${text}</p>
  <form method="post" action="/reset"><button${broken.length === 0 ? '' : ' class="primary"'}>Mend everything</button></form>
</section>`
}

function renderConsumers({ groups }: ControlState): string {
  const rows = groups.map(({ name, running, delayMs }) => {
    const group = `<input type="hidden" name="group" value="${name}">`
    const action = running ? 'stop' : 'start'
    return `<tr>
  <th scope="row">${name}</th>
  <td class="${running ? 'ok' : 'err'}">${running ? 'running' : 'stopped'}</td>
  <td><form method="post" action="/${action}">${group}<button aria-label="${action} ${name}">${action}</button></form></td>
  <td><form method="post" action="/slow">${group}<label>wait <input name="delayMs" type="number" min="0" max="${delayMsMax}" step="50" value="${delayMs}" required aria-label="milliseconds that ${name} waits before each message"> ms a message</label> <button aria-label="set the wait of ${name}">set</button></form></td>
</tr>`
  })
  return `<section><h2>Consumers</h2>
<table><thead><tr><th scope="col">group</th><th scope="col">state</th><th scope="col">stop or start</th><th scope="col">slow down</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></section>`
}

function renderSingles({ faults, dashboardUrl }: ControlState): string {
  const poisoned = faults.poisonedOrders.map((order) => orderLink(dashboardUrl, order)).join(', ')
  const topics = contextTopics.map((topic) => {
    const dropped = faults.contextDropped.includes(topic)
    return `<form method="post" action="/context"><input type="hidden" name="topic" value="${topic}"><input type="hidden" name="context" value="${dropped ? 'kept' : 'dropped'}"><code>${topic}</code> <span class="${dropped ? 'err' : 'ok'}">${dropped ? 'dropped' : 'kept'}</span> <button aria-label="${dropped ? 'keep' : 'drop'} the trace context of ${topic}">${dropped ? 'keep' : 'drop'}</button></form>`
  })
  const percent = Math.round(faults.declinedShare * 100)
  return `<section><h2>One poisonous message</h2>
<p>Places an order whose total is text. Billing cannot read it, tries again without end, and everything behind it in its partition waits.</p>
<form method="post" action="/poison"><button>Place a poisonous order</button></form>
${poisoned ? `<p>Poisonous now: ${poisoned}</p>` : ''}</section>
<section><h2>Trace context</h2>
<p>A producer that drops it breaks the trace in two. The journey is still found by position and order id.</p>
${topics.join('\n')}</section>
<section><h2>Card payments</h2>
<p>Declined payments are tried three times, then parked in <code>payments.dlq</code>.</p>
<form method="post" action="/payments"><label>decline <input name="declinedPercent" type="number" min="0" max="100" step="1" value="${percent}" required> % of cards</label> <button>set</button></form></section>`
}

function renderOrders({ latest, dashboardUrl }: ControlState): string {
  const rows = latest.map(
    ({ orderId, atMs, country, currency }) =>
      `<tr><td>${orderLink(dashboardUrl, orderId)}</td><td>${escapeHtml(country)}</td><td>${escapeHtml(currency)}</td><td><time datetime="${new Date(atMs).toISOString()}">${new Date(atMs).toISOString().slice(11, 19)} UTC</time></td></tr>`,
  )
  return `<section><h2>Latest orders</h2>
<table><thead><tr><th scope="col">order</th><th scope="col">country</th><th scope="col">currency</th><th scope="col">placed</th></tr></thead>
<tbody id="orders">${rows.join('\n')}</tbody></table></section>`
}

const orderLink = (dashboardUrl: string, orderId: string) =>
  `<a href="${escapeHtml(journeyUrl(dashboardUrl, orderId))}"><code>${escapeHtml(orderId)}</code></a>`

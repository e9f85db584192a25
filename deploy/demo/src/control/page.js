// Saves the reload: sends a form by fetch, then puts the new page's main part in place of the old one. The parts come from the
// server as whole documents and are parsed, never assigned as markup. Without this script the forms work all the same.
const live = () => document.getElementById('live')

async function fresh() {
  const response = await fetch('/')
  if (!response.ok) throw new Error(`the demo answered ${response.status}`)
  return new DOMParser().parseFromString(await response.text(), 'text/html').getElementById('live')
}

function say(text) {
  const message = document.getElementById('message')
  if (message) message.textContent = text
}

// The focus stays where it was, so that the keyboard does not start over after each change.
function replace(next) {
  const names = [...document.querySelectorAll('button, input, a')]
  const at = names.indexOf(document.activeElement)
  live().replaceWith(document.adoptNode(next))
  if (at >= 0) [...document.querySelectorAll('button, input, a')][at]?.focus()
}

document.addEventListener('submit', (event) => {
  event.preventDefault()
  const form = event.target
  say('Working…')
  fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual' })
    .then(async (response) => {
      const done = response.ok || response.type === 'opaqueredirect'
      const problem = done ? 'Done.' : (await response.json()).error
      replace(await fresh())
      say(problem)
    })
    .catch((error) => say(`Not done: ${error.message}`))
})

// Numbers and orders go on; the forms are left alone, in case one is being filled in.
async function refresh() {
  try {
    const next = await fresh()
    for (const name of ['rate', 'refused']) {
      const value = next.querySelector(`[data-live=${name}]`)?.textContent
      const shown = document.querySelector(`[data-live=${name}]`)
      if (shown && value !== undefined) shown.textContent = value
    }
    const orders = document.getElementById('orders')
    if (orders && !orders.contains(document.activeElement))
      orders.replaceWith(document.adoptNode(next.querySelector('#orders')))
    document.body.classList.remove('gone')
  } catch {
    document.body.classList.add('gone')
    say('The demo does not answer.')
  }
  setTimeout(refresh, 2000)
}
setTimeout(refresh, 2000)

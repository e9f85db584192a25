// Who may ask: pages of our own origin, and programs, which send no Origin. A page elsewhere may point its own name at our
// address (DNS rebinding): while we listen on loopback only, the Host must be a loopback name too, or one that is allowed.

export interface Origins {
  /** LISTEN_HOST. */
  listenHost: string
  /** ALLOWED_HOSTS: names that a proxy in front passes on. */
  allowed: readonly string[]
}

/** Why a request with these headers is refused; undefined when it is not. */
export function refusal(
  origins: Origins,
  headers: { host?: string | undefined; origin?: string | undefined },
): string | undefined {
  const host = hostOf(headers.host ?? '')
  if (host === undefined) return 'the Host header is missing or malformed'
  const known = isLoopback(host.name) || origins.allowed.includes(host.name)
  if (isLoopback(origins.listenHost) && !known) {
    return `"${host.name}" is no name of this server (ALLOWED_HOSTS lists names besides localhost)`
  }
  if (headers.origin === undefined) return undefined
  const origin = originOf(headers.origin)
  if (origin === undefined) return 'the Origin header is malformed'
  const same = origin.whole === host.whole || origins.allowed.includes(origin.name)
  return same ? undefined : `pages of ${origin.whole} may not ask this server`
}

export function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name)
}

interface Host {
  /** With the port, where it is not the usual one. */
  whole: string
  name: string
}

function hostOf(header: string): Host | undefined {
  return /^[^/?#@]+$/.test(header) ? originOf(`http://${header}`) : undefined
}

function originOf(text: string): Host | undefined {
  if (!URL.canParse(text)) return undefined
  const { host, hostname } = new URL(text)
  return { whole: host, name: hostname }
}

// The words that server and web share for places in the system. Types and vocabularies only; imports nothing.

/** What stands at one end of a hop or an edge of the map. */
export type NodeType = 'service' | 'topic' | 'group' | 'table' | 'connector' | 'external'

export interface Node {
  type: NodeType
  name: string
  cluster?: string
  env?: string
  /** The service that runs a consumer group, where its spans name it. */
  service?: string
  /** The consumer group that a service runs. */
  group?: string
}

/** A piece of a sentence. Names are set in mono and linked; there is never markup in a string. */
export type Part =
  { text: string } | { name: string; type: NodeType | 'key' | 'position' | 'trace' | 'error'; query?: string }

/** Where proof was found. `ref` is a path of the API or of the page. */
export interface Evidence {
  kind: 'span' | 'sighting' | 'commit' | 'change' | 'log' | 'connector' | 'metric'
  atUs: number
  text: string
  ref: string
  ageUs: number
}

// SQL that finds and replaces a value in columns of any text type. In: a column's name and type. Out: a condition and an
// expression, both over the query parameter `pattern`. Pure; names come from system.columns, never from a request.

export interface TextColumn {
  name: string
  /** True when a row holds the value in this column. */
  holds: string
  /** The column with the value replaced. */
  replaced: string
}

/** What stands where a value was. */
export const ERASED = '[erased]'

const replace = (text: string) => `replaceRegexpAll(${text}, {pattern:String}, '${ERASED}')`
const matches = (text: string) => `match(${text}, {pattern:String})`

/** Undefined for a column that cannot hold text. */
export function textColumn(name: string, type: string): TextColumn | undefined {
  const column = `\`${name}\``
  const plain = type
    .replaceAll(/LowCardinality\((\w+)\)/g, '$1')
    .replace(/^SimpleAggregateFunction\(\w+, (.*)\)$/, '$1')
  switch (plain) {
    case 'String':
      return { name, holds: matches(column), replaced: replace(column) }
    case 'Array(String)':
      return {
        name,
        holds: `arrayExists(x -> ${matches('x')}, ${column})`,
        replaced: `arrayMap(x -> ${replace('x')}, ${column})`,
      }
    case 'Map(String, String)':
      return { name, holds: mapHolds(column), replaced: mapReplaced(column) }
    case 'Array(Map(String, String))':
      return {
        name,
        holds: `arrayExists(m -> ${mapHolds('m')}, ${column})`,
        replaced: `arrayMap(m -> ${mapReplaced('m')}, ${column})`,
      }
    default:
      return type.startsWith('AggregateFunction(argMinIf, Tuple(String, String)') ? rootColumn(name, column) : undefined
  }
}

const mapHolds = (map: string) => `arrayExists(v -> ${matches('v')}, arrayConcat(mapKeys(${map}), mapValues(${map})))`
const mapReplaced = (map: string) => `mapApply((k, v) -> (${replace('k')}, ${replace('v')}), ${map})`

/** The root of a trace is a state: it is made anew, standing at the start of the trace, which is where a root stands. */
function rootColumn(name: string, column: string): TextColumn {
  const part = (at: 1 | 2) => `tupleElement(finalizeAggregation(${column}), ${at})`
  return {
    name,
    holds: `(${matches(part(1))} OR ${matches(part(2))})`,
    replaced: `initializeAggregation('argMinIfState', tuple(${replace(part(1))}, ${replace(part(2))}), start_ts, toUInt8(1))`,
  }
}

/** Finds the values as whole words, also as they stand inside JSON text and URLs. */
export function erasePattern(values: readonly string[]): string {
  const forms = values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)])
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length)
  return longestFirst
    .map((form) => {
      const start = /^\w/.test(form) ? '\\b' : ''
      const end = /\w$/.test(form) ? '\\b' : ''
      return `${start}${form.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&')}${end}`
    })
    .join('|')
}

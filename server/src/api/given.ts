// A checked query without the parameters that were not given, since "absent" and "undefined" are different things to a type.
export type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> }

export function given<T extends object>(query: T): Given<T> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as Given<T>
}

export type Thing = 'java' | 'maven' | 'kafka' | 'chromium'
export const things: Thing[]
/** Says what is missing, or nothing when it is there. */
export function missing(thing: Thing): string | undefined
/** True when it is there. Throws instead of answering false when REQUIRE_REAL=1. */
export function needs(thing: Thing): boolean
export function chromiumPath(): string | undefined

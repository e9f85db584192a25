// The three kinds of telemetry, in the order in which they are listed.
export const signals = ['spans', 'logs', 'points'] as const

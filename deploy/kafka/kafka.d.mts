/** A running Kafka node. `exited` resolves with its exit code or signal, also when it dies by itself. */
export interface KafkaNode {
  bootstrap: string
  cluster: string
  pid: number
  exited: Promise<number | string>
  stop(): Promise<void>
}
export function start(options: { dir: string; port?: number; say?: (line: string) => void }): Promise<KafkaNode>

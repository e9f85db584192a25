// The one list of attributes that look like business keys and are not: they name machines, processes and telemetry itself.
// Everything else that ends in `.id`, `_id`, `Id` or `.ref` is a key. KEYS_FILE adds to this list or overrules it.

/** Whole namespaces of OpenTelemetry and its vendors that describe infrastructure, never a business fact. */
export const technicalPrefixes: readonly string[] = [
  'aws.',
  'az.',
  'azure.',
  'browser.',
  'cicd.',
  'client.',
  'cloud.',
  'cloudfoundry.',
  'code.',
  'container.',
  'cpu.',
  'db.',
  'dd.',
  'deployment.',
  'faas.',
  'feature_flag.',
  'gcp.',
  'gen_ai.',
  'heroku.',
  'host.',
  'hw.',
  'k8s.',
  'kafka.',
  'messaging.',
  'net.',
  'network.',
  'oci.',
  'openai.',
  'oracle_cloud.',
  'os.',
  'otel.',
  'process.',
  'rpc.',
  'server.',
  'service.',
  'span.',
  'system.',
  'telemetry.',
  'thread.',
  'tls.',
  'trace.',
  'vcs.',
  'webengine.',
]

/** Single names, in their canonical form: `trace_id`, `traceId` and `trace.id` are one line here. */
export const technicalNames: readonly string[] = [
  'application.id',
  'app.installation.id',
  'client.id',
  'cluster.id',
  'connection.id',
  'consumer.group.id',
  'consumer.id',
  'container.id',
  'group.id',
  'host.id',
  'instance.id',
  'log.record.uid',
  'node.id',
  'parent.id',
  'parent.span.id',
  'partition.id',
  'pid',
  'pod.id',
  'process.id',
  'producer.id',
  'replica.id',
  'schema.id',
  'service.instance.id',
  'span.id',
  'task.id',
  'thread.id',
  'trace.id',
  'transactional.id',
  'worker.id',
]

/** Inside a technical namespace, yet names one business exchange: JMS and AMQP correlation ids. */
export const businessNames: readonly string[] = [
  'messaging.conversation_id',
  'messaging.message.conversation_id',
  'messaging.message.correlation_id',
]

/** A key with one of these words in its name is about a person: its value is hashed unless KEYS_FILE says otherwise. */
export const personWords: readonly string[] = [
  'user',
  'enduser',
  'customer',
  'session',
  'device',
  'email',
  'account',
  'phone',
]

/** A last word that makes an attribute a key without an id in its name, since people search by it. Always hashed by default. */
export const personEndings: readonly string[] = ['email', 'phone']

/** Names that the semantic conventions changed: old and new are one key. In canonical form. */
export const renamedKeys: Readonly<Record<string, string>> = {
  'messaging.conversation.id': 'messaging.message.conversation.id',
}

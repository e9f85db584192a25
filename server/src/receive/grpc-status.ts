// A gRPC status with its details (google.rpc.Status in `grpc-status-details-bin`), which grpc-js leaves to us.
import * as grpc from '@grpc/grpc-js'
import { encodeStatus } from './answers.ts'

/** A status with its details, which carry RetryInfo: without it a client takes RESOURCE_EXHAUSTED as final. */
export function grpcStatus(code: number, message: string, retryAfterSeconds?: number): grpc.StatusObject {
  const metadata = new grpc.Metadata()
  metadata.set('grpc-status-details-bin', encodeStatus(code, message, 'protobuf', retryAfterSeconds))
  return { code, details: message, metadata }
}

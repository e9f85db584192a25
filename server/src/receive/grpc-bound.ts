// Bounds the calls that are open at once over all connections, since each may hold a whole message before we see it. A call
// beyond the bound is told to come again, before its message is read.
import * as grpc from '@grpc/grpc-js'
import { codes } from './answers.ts'
import { grpcStatus } from './grpc-status.ts'

export const openCallsMax = 256

export function boundCalls(max = openCallsMax): grpc.ServerInterceptor {
  let open = 0
  return (_method, call) => {
    let counted = false
    const leave = (): void => {
      if (counted) open -= 1
      counted = false
    }
    return new grpc.ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            if (open >= max) {
              call.sendStatus(grpcStatus(codes.unavailable, 'too many calls are open; send this one again', 1))
              return
            }
            open += 1
            counted = true
            pass(metadata)
          },
          onCancel: leave,
        }),
      sendStatus: (status, next) => {
        leave()
        next(status)
      },
    })
  }
}

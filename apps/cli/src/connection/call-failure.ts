import { status, type ServiceError } from '@grpc/grpc-js';
import { refusalOf } from '@lethe/outcome';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';

/**
 * What a failed call means to an operator. What is no failure of a call is thrown on as it is.
 *
 * @param service as in "workspace service"
 * @param setting what names another address of it
 */
export function failureOfCall(
  error: unknown,
  service: string,
  address: string,
  setting = '--server',
): unknown {
  if (!isServiceError(error)) return error;
  const details = error.details || error.message;
  switch (error.code) {
    case status.UNAVAILABLE:
      return new Failure(
        EXIT.unavailable,
        `cannot reach the ${service} at ${address}: check that it runs there, or name another with ${setting} (${details})`,
      );
    case status.DEADLINE_EXCEEDED:
      return new Failure(EXIT.unavailable, `the ${service} at ${address} did not answer in time: try again`);
    case status.UNAUTHENTICATED:
      return new Failure(
        EXIT.refused,
        `the ${service} at ${address} does not know this token: check GRPC_TOKEN_FILE or GRPC_TOKEN`,
      );
    case status.UNIMPLEMENTED:
      return new Failure(
        EXIT.unexpected,
        `the server at ${address} does not know this call: check that it is a ${service} of this version`,
      );
    case status.INTERNAL:
    case status.UNKNOWN:
    case status.DATA_LOSS:
    case status.CANCELLED:
      return new Failure(EXIT.unexpected, `the ${service} at ${address} failed: ${details}`);
    default:
      return new Failure(EXIT.refused, refusalOf(error)?.message || details, refusalOf(error)?.reason);
  }
}

/** Whether the connection is what failed (a server that is stopped cancels its calls), so that the call may work in a moment. */
export function isConnectionLoss(error: unknown): boolean {
  return isServiceError(error) && (error.code === status.UNAVAILABLE || error.code === status.CANCELLED);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'metadata' in error && typeof (error as ServiceError).code === 'number';
}

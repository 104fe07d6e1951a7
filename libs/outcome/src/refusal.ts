import type { status } from '@grpc/grpc-js';
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { ErrorInfo, Status } from '@lethe/contracts';

const DETAILS = 'grpc-status-details-bin';
const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';
const DOMAIN = 'lethe';

export interface RefusalFacts {
  readonly code: status;
  /** UPPER_SNAKE_CASE, stable: what a caller switches on. */
  readonly reason: string;
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** An expected refusal on its way to a gRPC caller: the status code, a sentence, and google.rpc.ErrorInfo with the reason. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError';
  readonly code: status;
  readonly reason: string;
  readonly details: string;
  readonly facts: Readonly<Record<string, string>>;

  constructor({ code, reason, message, metadata = {} }: RefusalFacts) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = message;
    this.facts = metadata;
  }

  /** Trailers as gRPC's richer error model wants them (google.rpc.Status). */
  trailers(): Metadata {
    const info = ErrorInfo.encode({
      reason: this.reason,
      domain: DOMAIN,
      metadata: { ...this.facts },
    }).finish();
    const details = [{ typeUrl: ERROR_INFO, value: Buffer.from(info) }];
    const trailers = new Metadata();
    trailers.set(
      DETAILS,
      Buffer.from(Status.encode({ code: this.code, message: this.message, details }).finish()),
    );
    return trailers;
  }
}

/** What a refused call answered, or undefined when the error is none of ours (a broken connection, a bug). */
export function refusalOf(error: unknown): RefusalError | undefined {
  if (error instanceof RefusalError) return error;
  const { code, details, metadata } = error as Partial<ServiceError>;
  const packed = metadata?.get(DETAILS)[0];
  if (code === undefined || !Buffer.isBuffer(packed)) return undefined;
  const info = Status.decode(packed).details.find((detail) => detail.typeUrl === ERROR_INFO);
  if (info === undefined) return undefined;
  const { reason, metadata: facts } = ErrorInfo.decode(info.value);
  return new RefusalError({ code, reason, message: details ?? '', metadata: facts });
}

import {
  type ChannelCredentials,
  Client,
  type ClientOptions,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import {
  fromJSON,
  type MessageTypeDefinition,
  type MethodDefinition,
  type ServiceDefinition,
} from '@grpc/proto-loader';
import type { Answer, Result, ServerEvent, Transport } from '../node/transport.js';
import { CONTRACT, type TrackBatchRequest, type TrackBatchResponse, type TrackResult } from './contract.js';
import { messageOf } from './message.js';

export interface GrpcOptions {
  /** The edge as `host:port`, such as `edge.internal:50051`. */
  readonly target: string;
  /** An ingest key of the site. */
  readonly key: string;
  /** `true`: TLS with the system's authorities; credentials: TLS with those; `false`: none. Default: `false`. */
  readonly tls?: boolean | ChannelCredentials | undefined;
  /** Deadline of one call, ms. Default: `10000`. */
  readonly deadlineMs?: number | undefined;
}

interface Status {
  readonly details: readonly { readonly typeUrl?: string; readonly value?: Buffer }[];
}

interface RetryInfo {
  readonly retryDelay?: { readonly seconds: number; readonly nanos: number } | null;
}

const CHANNEL: ClientOptions = {
  'grpc.enable_retries': 0, // the client itself retries, longer and with each event's own outcome
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 5_000,
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
};
/** With these no other try helps. */
const PERMANENT = new Set([
  status.INVALID_ARGUMENT,
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  status.NOT_FOUND,
  status.UNIMPLEMENTED,
  status.FAILED_PRECONDITION,
  status.OUT_OF_RANGE,
]);
const RETRY_INFO = 'google.rpc.RetryInfo';

/** gRPC to an edge of the mesh, without a gateway in between. Needs `@grpc/grpc-js` and `@grpc/proto-loader`. */
export function grpcTransport({ target, key, tls = false, deadlineMs = 10_000 }: GrpcOptions): Transport {
  if (!target || target.includes('://')) throw new TypeError(`target: "${target}" is no host:port`);
  if (!key) throw new TypeError('key: it is empty; give an ingest key of the site');
  const { track, statusOf, retryOf } = contract();
  const secure = tls === true ? credentials.createSsl() : tls || credentials.createInsecure();
  const client = new Client(target, secure, CHANNEL);
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${key}`);

  function send(events: readonly ServerEvent[], signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve) => {
      const call = client.makeUnaryRequest(
        track.path,
        track.requestSerialize,
        track.responseDeserialize,
        { events: events.map(messageOf) },
        metadata,
        { deadline: Date.now() + deadlineMs },
        (error, response) => {
          signal.removeEventListener('abort', cancel);
          resolve(error ? failed(error) : answered(response, events.length));
        },
      );
      function cancel(): void {
        call.cancel();
      }
      signal.addEventListener('abort', cancel);
    });
  }

  function failed({ code, details, metadata }: ServiceError): Answer {
    const reason = `${status[code]} ${details}`;
    return PERMANENT.has(code) ? { refused: reason } : { again: reason, afterMs: afterMs(metadata) };
  }

  /** Of the google.rpc.RetryInfo of an error. */
  function afterMs(trailing: Metadata): number | undefined {
    const [encoded] = trailing.get('grpc-status-details-bin');
    if (!Buffer.isBuffer(encoded)) return undefined;
    const found = statusOf(encoded).details.find(({ typeUrl }) => typeUrl?.endsWith(RETRY_INFO));
    const delay = found?.value && retryOf(found.value).retryDelay;
    return delay ? delay.seconds * 1_000 + delay.nanos / 1e6 : undefined;
  }

  return { send, close: () => client.close() };
}

function contract() {
  const loaded = fromJSON(CONTRACT, {
    enums: String,
    longs: Number,
    defaults: true,
  });
  const service = loaded['analytics.v1.TrackService'] as ServiceDefinition;
  return {
    track: service.TrackBatch as MethodDefinition<TrackBatchRequest, TrackBatchResponse>,
    statusOf: (loaded['google.rpc.Status'] as MessageTypeDefinition<Status, Status>).deserialize,
    retryOf: (loaded[RETRY_INFO] as MessageTypeDefinition<RetryInfo, RetryInfo>).deserialize,
  };
}

function answered(response: TrackBatchResponse | undefined, count: number): Answer {
  const results = response?.results ?? [];
  return results.length === count ? { results: results.map(resultOf) } : { again: 'not every event has an answer' };
}

function resultOf({ code, field, reason }: TrackResult): Result {
  switch (code) {
    case 'CODE_ACCEPTED':
      return { status: 'accepted' };
    case 'CODE_DUPLICATE':
      return { status: 'duplicate' };
    case 'CODE_IGNORED':
      return { status: 'ignored', reason };
    case 'CODE_INVALID':
    case 'CODE_FORBIDDEN':
      return { status: 'refused', reason: field ? `${field}: ${reason}` : reason };
    default:
      return { status: 'again' };
  }
}

import type { Refusal, ReservationId } from '@keybrake/domain';
import { pause, within } from '../deadline.js';
import type { UpstreamResponse } from '../ports/upstream.js';
import type { ProxyCallPorts, ProxyCallSettings, ReadCall } from './call.js';
import { callReplayed } from './record.js';
import { unpackResponse } from './stored-response.js';

export type Replay =
  | { readonly kind: 'stored'; readonly response: UpstreamResponse }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const PAUSE_MS = 25;

/** The answer of an ended call, the same bytes again (R8): from the admission store, or from what the ledger folded. */
export async function replay(
  ports: Pick<ProxyCallPorts, 'archive' | 'seal' | 'log' | 'runtime'>,
  settings: ProxyCallSettings,
  call: ReadCall,
  callId: ReservationId,
  completed: { readonly reservationId: ReservationId; readonly sealedResponse: string | undefined },
): Promise<Replay> {
  const { reservationId } = completed;
  const kept = completed.sealedResponse ?? (await archived(ports, settings, call, reservationId));
  if (typeof kept !== 'string') return { kind: 'refused', refusal: kept };
  const response = unpackResponse(await ports.seal.open(call.accountId, reservationId, kept));
  const event = callReplayed(ports.runtime, call, callId, reservationId, response.status);
  await within(ports.log.append(call.accountId, [event]), settings.recordTimeoutMs, 'The event log');
  return { kind: 'stored', response };
}

/** The ledger may be a little behind the store: waits for it like for a call in flight. */
async function archived(
  ports: Pick<ProxyCallPorts, 'archive' | 'runtime'>,
  settings: ProxyCallSettings,
  call: ReadCall,
  reservationId: ReservationId,
): Promise<string | Refusal> {
  const giveUpAtMs = ports.runtime.nowMs() + settings.inFlightWaitMs;
  for (;;) {
    const found = await ports.archive.find(call.accountId, reservationId);
    if (found !== undefined) {
      return found.sealedResponse ?? { code: 'response_not_kept', reservationId, status: found.status };
    }
    if (ports.runtime.nowMs() > giveUpAtMs) return { code: 'in_flight', retryAfterMs: 1_000 };
    await pause(PAUSE_MS);
  }
}

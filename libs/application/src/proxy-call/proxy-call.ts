import type { Refusal, ReservationId } from '@keybrake/domain';
import type { OutgoingRequest } from '@keybrake/providers';
import { within } from '../deadline.js';
import { DependencyUnavailable } from '../ports/runtime.js';
import { admittedCall, approvalRefusal, awaitApproval, launch, recordReserved } from './admit.js';
import { adopt, asReserved } from './adopt.js';
import { allowedAnswer, type CallReport, createReport, refusalAnswer, replayAnswer } from './answer.js';
import { authenticate } from './authenticate.js';
import type { AdmittedCall, CallAnswer, IncomingCall, ProxyCallPorts, ProxyCallSettings, ReadCall } from './call.js';
import { finish } from './finish.js';
import { forward, outgoingRequest } from './forward.js';
import { withLookedUpPrice } from './look-up-price.js';
import { dialectFor, readCall } from './read-call.js';
import { callDenied } from './record.js';
import { replay } from './replay.js';
import { type Admission, reserve, unavailable } from './reserve.js';
import { streamRead } from './stream-read.js';

const LOG = 'The event log';
/** How often a call is read again because its policy changed under it. */
const POLICY_READS_MAX = 3;

/** The life of a call: design section 3, phase by phase. Refusals are answers; only defects throw. */
export function createProxyCall(
  ports: ProxyCallPorts,
  settings: ProxyCallSettings,
): (incoming: IncomingCall) => Promise<CallAnswer> {
  return async (incoming) => {
    const report = createReport(ports, dialectFor(ports.providers, incoming));
    try {
      return await proxyCall(ports, settings, incoming, report);
    } catch (error) {
      if (!(error instanceof DependencyUnavailable)) throw error;
      return refusalAnswer(report, unavailable(error.dependency), 'unavailable');
    }
  };
}

/** One call on its way: what each phase needs of the ones before. */
interface Passage {
  readonly ports: ProxyCallPorts;
  readonly settings: ProxyCallSettings;
  readonly report: CallReport;
  readonly reservationId: ReservationId;
}

async function proxyCall(
  ports: ProxyCallPorts,
  settings: ProxyCallSettings,
  incoming: IncomingCall,
  report: CallReport,
): Promise<CallAnswer> {
  const passage = { ports, settings, report, reservationId: ports.runtime.newReservationId() };

  // 0 parse, 1 reserve. Strangers reach a counter and a log line, never the event log.
  const read = await readAndReserve(passage, incoming);
  if (read === undefined) return refusalAnswer(report, { code: 'key_invalid' }, 'stranger');
  const { call, admission } = read;
  if (admission.kind !== 'held') return answerWithoutHold(passage, call, admission);
  const admitted = admittedCall(call, passage.reservationId, admission);
  report.admitted(admitted);

  // 2 record: not one byte leaves before the log has acknowledged (R2).
  const request = await recordReserved(ports, settings, admitted, admission);

  // What a person has to agree to is not launched: it waits, whoever dies, and its retry comes back to phase 1.
  if (admitted.approval !== undefined && 'untilMs' in admitted.approval) {
    const asked = await awaitApproval(ports, settings, admitted, admitted.approval.untilMs);
    return refusalAnswer(report, asked, 'denied', passage.reservationId);
  }

  // 3 launch: the store's last word (R3, R7).
  const refusal = await launch(ports, settings, admitted);
  if (refusal !== undefined) return refusalAnswer(report, refusal, 'denied');

  // 4 forward, 5 record, 6 settle, 7 respond. A caller that hangs up does not stop any of them (R10).
  return admitted.operation.class === 'read'
    ? streamRead(ports, settings, admitted, request, report)
    : forwardAndSettle(passage, admitted, request);
}

/** Phases 0 and 1, again if the policy changed in between. Undefined for a stranger. */
async function readAndReserve(
  { ports, settings, report, reservationId }: Passage,
  incoming: IncomingCall,
): Promise<{ call: ReadCall; admission: Admission } | undefined> {
  for (let reads = 1; ; reads += 1) {
    const caller = await authenticate(ports, incoming);
    if (caller === undefined) return undefined;
    const call = readCall(ports, incoming, caller, report.watch);
    report.watch.ended('parse');
    report.read(call);
    const admission = await reserve(ports, settings, call, reservationId);
    report.watch.ended('reserve');
    if (admission.kind === 'stale_policy' && reads < POLICY_READS_MAX) {
      ports.directory.forget(call.accountId, call.record.key.id);
      continue;
    }
    if (!lacksOnlyPrice(call, admission)) return { call, admission };
    const priced = await withLookedUpPrice(ports, settings, call, reservationId);
    report.watch.ended('price');
    const pricedAdmission = await reserve(ports, settings, priced, reservationId);
    report.watch.ended('reserve');
    return { call: priced, admission: pricedAdmission };
  }
}

// The store knows no earlier call with this idempotency key, and refuses for want of a price only.
function lacksOnlyPrice(call: ReadCall, admission: Admission): boolean {
  return (
    call.pendingPrice !== undefined && admission.kind === 'refused' && admission.refusal.code === 'unpriced_operation'
  );
}

async function answerWithoutHold(
  passage: Passage,
  call: ReadCall,
  admission: Exclude<Admission, { kind: 'held' }>,
): Promise<CallAnswer> {
  const { ports, settings } = passage;
  switch (admission.kind) {
    case 'stale_policy':
      return deny(passage, call, unavailable('The current policy'));
    case 'refused':
      return deny(passage, call, await withEarlierObject(ports, call, admission.refusal));
    case 'not_approved':
      return deny(passage, call, approvalRefusal(settings, call, admission));
    case 'completed':
      return answerAgain(passage, call, admission);
    case 'in_doubt': {
      const { reservationId: earlierId } = admission;
      // The log may know what the store was not told: a gateway can die between recording an outcome and settling it.
      const folded = await ports.archive.find(call.accountId, earlierId);
      if (folded !== undefined) return answerAgain(passage, call, { reservationId: earlierId, ...folded });
      const adopted = await adopt(ports, settings, await asReserved(ports, call, earlierId), admission);
      if (adopted.kind === 'refused') return deny(passage, call, adopted.refusal);
      return forwardAndSettle(passage, adopted.call, await outgoingRequest(ports, adopted.call));
    }
  }
}

async function answerAgain(
  passage: Passage,
  call: ReadCall,
  completed: { readonly reservationId: ReservationId; readonly sealedResponse: string | undefined },
): Promise<CallAnswer> {
  const { ports, settings, report, reservationId } = passage;
  const stored = await replay(ports, settings, call, reservationId, completed);
  if (stored.kind === 'refused') return deny(passage, call, stored.refusal);
  return replayAnswer(report, completed.reservationId, stored);
}

/** What the earlier call made, as far as the ledger has folded it: worth telling, not worth failing for. */
async function withEarlierObject({ archive }: ProxyCallPorts, { accountId }: ReadCall, refusal: Refusal) {
  if (refusal.code !== 'duplicate_call') return refusal;
  const objectId = await archive.madeBy(accountId, refusal.reservationId).catch(() => undefined);
  return { ...refusal, objectId };
}

/** A denial of a known key is in the log before its answer goes out. */
async function deny({ ports, settings, report, reservationId }: Passage, call: ReadCall, refusal: Refusal) {
  const event = callDenied(ports.runtime, call, reservationId, refusal);
  await within(ports.log.append(call.accountId, [event]), settings.recordTimeoutMs, LOG);
  return refusalAnswer(report, refusal, 'denied', reservationId);
}

async function forwardAndSettle(
  { ports, settings, report }: Passage,
  call: AdmittedCall,
  request: OutgoingRequest,
): Promise<CallAnswer> {
  report.admitted(call);
  const sentAtMs = ports.runtime.nowMs();
  const ending = await forward(ports, call, request);
  const upstreamMs = ports.runtime.nowMs() - sentAtMs;
  report.upstream(upstreamMs);
  const finished = await finish(ports, settings, call, ending, upstreamMs);
  return finished.kind === 'refused'
    ? refusalAnswer(report, finished.refusal, finished.decision)
    : allowedAnswer(report, finished.response, finished.recorded);
}

import type { EventCodec } from '@keybrake/application';
import { UnreadableEvent } from '@keybrake/application';
import type { CallIdentity, Hold, Money, SpendEvent } from '@keybrake/domain';

/** Version of the JSON form. A reader that meets another version stops at that event; it never guesses. */
export const SCHEMA_VERSION = 1;

// The JSON form is the domain's own shape; only bigints need care, since JSON has none. They are written as strings.
type Wire = { [key: string]: unknown };

const EVENT_TYPES = new Set([
  'SpendReserved',
  'SpendCommitted',
  'SpendReleased',
  'SpendTruedUp',
  'CallDenied',
  'CallReplayed',
  'IncarnationFenced',
]);

export const jsonEventCodec: EventCodec = {
  encode(event) {
    return JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...event }, (_key, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
  },

  decode(body) {
    const wire = parseObject(body);
    if (wire.schemaVersion !== SCHEMA_VERSION) {
      throw new UnreadableEvent(`schema version ${String(wire.schemaVersion)} is not ${SCHEMA_VERSION}`);
    }
    const { schemaVersion: _version, ...event } = wire;
    if (typeof event.type !== 'string' || !EVENT_TYPES.has(event.type)) {
      throw new UnreadableEvent(`unknown event type ${String(event.type)}`);
    }
    text(event, 'eventId');
    text(event, 'accountId');
    integer(event, 'occurredAtMs');
    reviveByType(event as Wire & { type: SpendEvent['type'] });
    return event as unknown as SpendEvent;
  },
};

function reviveByType(event: Wire & { type: SpendEvent['type'] }): void {
  switch (event.type) {
    case 'SpendReserved':
      text(event, 'reservationId');
      integer(event, 'reservedAtMs');
      optionalText(event, 'sealedRequest');
      optionalText(event, 'resolves');
      optionalText(event, 'pricesFor');
      optionalText(event, 'guardHash');
      optionalText(event, 'duplicateOf');
      optionalText(event, 'approvedAs');
      if (event.approval !== undefined) reviveApproval(object(event, 'approval'));
      if (event.shadow !== undefined) text(object(event, 'shadow'), 'rule');
      reviveCall(event);
      reviveHolds(event);
      return;
    case 'SpendCommitted':
      text(event, 'reservationId');
      integer(event, 'completedAtMs');
      object(event, 'upstream');
      optionalText(event, 'objectId');
      optionalText(event, 'madeId');
      optionalFlag(event, 'isProvisional');
      optionalText(event, 'note');
      optionalTimes(event);
      event.actualMicros = micros(event, 'actualMicros');
      return;
    case 'SpendReleased':
      text(event, 'reservationId');
      text(event, 'reason');
      optionalTimes(event);
      return;
    case 'SpendTruedUp':
      text(event, 'reservationId');
      text(event, 'currency');
      event.actualMicros = micros(event, 'actualMicros');
      return;
    case 'CallDenied':
    case 'CallReplayed':
      text(event, 'callId');
      reviveCall(event);
      return;
    case 'IncarnationFenced':
      integer(event, 'incarnation');
  }
}

function reviveCall(event: Wire): asserts event is Wire & { call: CallIdentity } {
  const call = object(event, 'call');
  text(call, 'vaultKeyId');
  text(call, 'rootKeyId');
  if (call.amount !== undefined) {
    const amount = object(call, 'amount');
    text(amount, 'currency');
    (amount as unknown as { micros: Money['micros'] }).micros = micros(amount, 'micros');
  }
  if (call.conversion !== undefined) reviveConversion(object(call, 'conversion'));
}

function reviveApproval(approval: Wire): void {
  integer(approval, 'expiresAtMs');
  integer(approval, 'approvers');
  integer(approval, 'validMs');
}

function reviveConversion(conversion: Wire): void {
  const from = object(conversion, 'from');
  text(from, 'currency');
  from.micros = micros(from, 'micros');
  conversion.rateNanos = micros(conversion, 'rateNanos');
  integer(conversion, 'marginBasisPoints');
}

function reviveHolds(event: Wire): asserts event is Wire & { holds: Hold[] } {
  if (!Array.isArray(event.holds)) throw new UnreadableEvent('holds is not a list');
  for (const hold of event.holds as Wire[]) {
    text(hold, 'counter');
    text(hold, 'windowId');
    hold.limitMicros = micros(hold, 'limitMicros');
    hold.amountMicros = micros(hold, 'amountMicros');
  }
}

function parseObject(body: string): Wire {
  try {
    const value: unknown = JSON.parse(body);
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Wire;
  } catch {
    // reported below: the body itself may hold anything and is not repeated
  }
  throw new UnreadableEvent('not a JSON object');
}

function text(of: Wire, key: string): void {
  if (typeof of[key] !== 'string' || of[key] === '') throw new UnreadableEvent(`${key} is not text`);
}

/** Members that later builds added: records without them stay readable. */
function optionalText(of: Wire, key: string): void {
  if (of[key] !== undefined) text(of, key);
}

function optionalFlag(of: Wire, key: string): void {
  if (of[key] !== undefined && typeof of[key] !== 'boolean') throw new UnreadableEvent(`${key} is not a boolean`);
}

function optionalTimes(event: Wire): void {
  if (event.times === undefined) return;
  const times = object(event, 'times');
  if (times.launchedAtMs !== undefined) integer(times, 'launchedAtMs');
  for (const [phase, ms] of Object.entries(object(times, 'phasesMs'))) {
    if (typeof ms !== 'number') throw new UnreadableEvent(`the time of phase ${phase} is not a number`);
  }
}

function integer(of: Wire, key: string): void {
  if (!Number.isSafeInteger(of[key])) throw new UnreadableEvent(`${key} is not an integer`);
}

function micros(of: Wire, key: string): bigint {
  const value = of[key];
  if (typeof value !== 'string' || !/^\d{1,19}$/.test(value)) throw new UnreadableEvent(`${key} is not an amount`);
  return BigInt(value);
}

function object(of: Wire, key: string): Wire {
  const value = of[key];
  if (value === null || typeof value !== 'object') throw new UnreadableEvent(`${key} is not an object`);
  return value as Wire;
}

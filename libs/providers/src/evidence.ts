import type { Currency, Money } from '@keybrake/domain';
import type { OutgoingRequest } from './outgoing-request.js';

/** A mutating call whose answer was lost, as far as a provider's records can tell it from others. */
export interface DoubtfulCall {
  /** Of the operation's path. */
  readonly template: string;
  /** The operation's rule for what an answer says was moved, if it has one. */
  readonly actual: ((answer: unknown, currency: Currency) => bigint | undefined) | undefined;
  /** Without credential and upstream key; undefined when it was not kept, its body when it was too large. */
  readonly request: OutgoingRequest | undefined;
  readonly upstreamKey: string;
  readonly reserved: Money | undefined;
  /** The provider can have received it from here on … */
  readonly sentFromMs: number;
  /** … and up to here; both with a margin for the provider's clock. */
  readonly sentUntilMs: number;
}

/** A look-up: a read of the provider's API, with the real key put in by whoever sends it. */
export interface EvidenceLook {
  readonly resource: string;
  /** The path's template, for the audit. */
  readonly template: string;
  readonly request: OutgoingRequest;
}

/** Something that the provider has, and that the call made or may have made. */
export interface Found {
  /** The provider's id of it. */
  readonly objectId: string;
  /** What it moved, in micros of the reserved currency; undefined when it does not tell (yet). */
  readonly actualMicros: bigint | undefined;
}

export type EvidenceStep =
  | { readonly kind: 'look'; readonly lookUp: EvidenceLook }
  /** Made by this call, beyond doubt. */
  | { readonly kind: 'executed'; readonly found: Found }
  /** Made by this call or by another one that looks the same: the caller has to know who else there is. */
  | { readonly kind: 'candidates'; readonly found: readonly Found[] }
  /** Proves nothing, not even that nothing was executed: lists lag. */
  | { readonly kind: 'nothing'; readonly why: string };

/** How a provider can be asked about a call in doubt. Only looks; that it was not executed no look proves. */
export interface EvidenceRules {
  /** True where the evidence is the request's content: another identical request may have made what is found. */
  readonly byContent: boolean;
  /** What to do next, given the JSON answers of the look-ups so far. */
  next(call: DoubtfulCall, answers: readonly unknown[], nowMs: number): EvidenceStep;
  /** `byContent`: whether two requests would make objects that look the same. Undefined when that can't be told. */
  looksLike?(request: OutgoingRequest, other: OutgoingRequest): boolean | undefined;
}

/** Where it is told only later what a call has moved. */
export interface FinalPriceRules {
  /** `objectId` as the provider's `made` rule read it. */
  lookUp(objectId: string): EvidenceLook;
  /** In micros of the reserved currency; undefined while it is not told, or told in another one. */
  micros(answer: unknown, reserved: Money): bigint | undefined;
}

/** Headers of a look-up; a provider's own are added where it is authorized. */
export const LOOK_UP_HEADERS: Readonly<Record<string, string>> = {
  'user-agent': 'keybrake',
  'accept-encoding': 'identity',
};

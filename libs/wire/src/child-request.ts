import type { ChildKeyDraft } from '@keybrake/application';
import type { RunId } from '@keybrake/domain';
import { z } from 'zod';
import { capBody, instant, name, runId, toCap, toMs } from './request-parts.js';

/** A key for one run, as the admin API and the gateway mint it. */
export const childBody = z.strictObject({
  runId,
  caps: z.array(capBody).max(50).default([]),
  allowedOperations: z.array(z.string().min(1).max(200)).max(200).optional(),
  expiresAt: instant.optional(),
  label: name.optional(),
});
export type ChildBody = z.infer<typeof childBody>;

export function toChildDraft(body: ChildBody): ChildKeyDraft {
  return {
    runId: body.runId as RunId,
    caps: body.caps.map(toCap),
    allowedOperations: body.allowedOperations,
    expiresAtMs: toMs(body.expiresAt),
    label: body.label,
  };
}

import { z } from 'zod';
import { count, id, pageOf, time } from './answer-parts.js';
import { auditEntryAnswer } from './report-answers.js';

// What the routes of the audit answer, field by field.

export const auditAnswer = pageOf(auditEntryAnswer, 'AuditPage');

const hash = z.string().meta({ description: 'SHA-256, hex' });
const day = z.iso.date().meta({ description: 'UTC' });
const links = count.meta({ description: 'that were walked' });
const prunedLinks = count.meta({ description: 'dropped by age: the walk began behind them' });
const badLink = {
  sequence: z.string().meta({ description: 'of the link, from 1' }),
  entryId: id.nullable(),
  problem: z.string(),
};

const keyVerification = z.union([
  z.strictObject({ valid: z.literal(true), links, prunedLinks, headHash: hash }),
  z.strictObject({ valid: z.literal(false), links, prunedLinks, ...badLink }),
]);

const accountVerification = z.strictObject({
  valid: z.boolean(),
  keys: count.meta({ description: 'chains that were walked: all, or up to the first bad one' }),
  links,
  prunedLinks,
  firstBad: z.strictObject({ vaultKeyId: id, ...badLink }).nullable(),
  checkpoints: z.strictObject({
    count: count.meta({ description: 'that are as they were written, from the first on' }),
    valid: z.boolean(),
    firstBad: z.strictObject({ day, problem: z.string() }).nullable(),
  }),
});

export const verificationAnswer = z
  .union([keyVerification, accountVerification])
  .meta({ id: 'AuditVerification', description: 'of one vault key when one was given, else of the account' });

export const checkpointsAnswer = pageOf(
  z
    .strictObject({
      day,
      keys: count.meta({ description: 'chains of the account' }),
      links: count.meta({ description: 'in all of them' }),
      hash,
      previousHash: hash,
      createdAt: time,
    })
    .meta({ id: 'AuditCheckpoint' }),
  'AuditCheckpointPage',
);

import { hash } from 'node:crypto';

/** As the reader keeps it of the last record it took (`ReadingPosition.lastBodyHash`). */
export const bodyHash = (body: string): string => hash('sha256', body, 'hex');

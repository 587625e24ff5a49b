import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { escapeLines } from '../output/escape.js';
import type { Terminal } from '../output/terminal.js';

type Bytes = ReadableStream<Uint8Array>;

const toNode = (bytes: Bytes): Readable => Readable.fromWeb(bytes as NodeReadableStream<Uint8Array>);

/** Into a file that appears when it is whole: one that was cut off leaves nothing. Resolves to its bytes. */
export async function exportToFile(bytes: Bytes, file: string, signal: AbortSignal): Promise<number> {
  const draft = `${file}.${process.pid}.part`;
  const target = createWriteStream(draft, { mode: 0o600 });
  try {
    await pipeline(toNode(bytes), target, { signal });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return target.bytesWritten;
}

/** To stdout at the pace of its reader; what agents wrote is escaped only where a person's terminal would obey it. */
export async function exportToStdout(bytes: Bytes, terminal: Terminal): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of toNode(bytes) as AsyncIterable<Uint8Array>) {
    await terminal.out(terminal.isShown ? escapeLines(decoder.decode(chunk, { stream: true })) : chunk);
  }
}

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const packed = { br: promisify(brotliCompress), gz: promisify(gzip) };
const BYTES_MIN = 1_024;

/** Writes `.br` and `.gz` beside each text file, so that the admin API only has to send them. */
export function precompress(): Plugin {
  return {
    name: 'keybrake-precompress',
    apply: 'build',
    writeBundle: {
      sequential: true,
      async handler({ dir }) {
        if (dir === undefined) return;
        const files = await readdir(dir, { recursive: true });
        await Promise.all(
          files.filter((name) => /\.(js|css|svg|html)$/.test(name)).map((name) => pack(join(dir, name))),
        );
      },
    },
  };
}

async function pack(file: string): Promise<void> {
  const bytes = await readFile(file);
  if (bytes.length < BYTES_MIN) return;
  await Promise.all(
    Object.entries(packed).map(async ([suffix, compress]) => writeFile(`${file}.${suffix}`, await compress(bytes))),
  );
}

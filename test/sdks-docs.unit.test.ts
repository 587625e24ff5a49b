import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const tested = {
  node: { language: 'ts', file: (name: string) => `test/sdks/node/${name}.ts` },
  python: { language: 'python', file: (name: string) => `test/sdks/python/${name}_cases.py` },
  go: { language: 'go', file: (name: string) => `test/sdks/go/${name}.go` },
};
const read = (path: string) => readFile(join(root, path), 'utf8');

/** What stands between the marks, or nothing. */
const shown = (source: string) => /^(?:#|\/\/) docs: \w+\n(.*?)^(?:#|\/\/) docs end$/ms.exec(source)?.[1]?.trim();

test.each(Object.keys(tested) as (keyof typeof tested)[])(
  'docs/sdks.md shows the tested code for %s',
  async (where) => {
    const { language, file } = tested[where];
    const page = await read('docs/sdks.md');
    const blocks = [...page.matchAll(/^```(\w+)\n(.*?)\n```$/gms)].filter(([, marked]) => marked === language);
    const sources = await Promise.all(['stripe', 'twilio', 'resend'].map((name) => read(file(name))));
    expect(blocks.map(([, , code]) => code)).toEqual(sources.map(shown));
  },
);

test('docs/sdks.md names the tested versions', async () => {
  const page = await read('docs/sdks.md');
  const versions = Object.fromEntries(
    [...page.matchAll(/^\| \[(\w+-\w+)\]\(#.*?\) \| ([\d.]+) \|/gm)].map(([, sdk, version]) => [sdk, version]),
  );
  const { devDependencies } = JSON.parse(await read('package.json')) as { devDependencies: Record<string, string> };
  const python = await read('test/sdks/python/requirements.txt');
  const go = await read('test/sdks/go/go.mod');
  for (const name of ['stripe', 'twilio', 'resend']) {
    expect(versions[`${name}-node`]).toBe(devDependencies[name]);
    expect(versions[`${name}-python`]).toBe(new RegExp(`^${name}==(.*)$`, 'm').exec(python)?.[1]);
    expect(versions[`${name}-go`]).toBe(new RegExp(`/${name}-go(?:/v\\d+)? v(\\S+)`).exec(go)?.[1]);
  }
  expect(await read('docs/examples/haystack/README.md')).toContain(/^haystack-ai==.*$/m.exec(python)?.[0]);
});

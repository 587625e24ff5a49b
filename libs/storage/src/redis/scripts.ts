import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../lua', import.meta.url));
const PRELUDE = 'prelude.lua';

/** Lua by script name: the file's shebang, then the prelude, then the file. Each file's head says keys, arguments, returns. */
export function loadScripts(): Readonly<Record<string, string>> {
  const read = (file: string) => readFileSync(`${FOLDER}/${file}`, 'utf8');
  const prelude = read(PRELUDE);
  const names = readdirSync(FOLDER).filter((file) => file.endsWith('.lua') && file !== PRELUDE);
  return Object.fromEntries(
    names.map((file) => {
      const [shebang = '', ...body] = read(file).split('\n');
      if (!shebang.startsWith('#!lua')) throw new Error(`${file} does not begin with #!lua`);
      return [file.slice(0, -'.lua'.length), [shebang, prelude, ...body].join('\n')];
    }),
  );
}

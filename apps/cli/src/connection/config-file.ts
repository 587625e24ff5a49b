import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { usage } from '../exit-codes.js';

/** What `init` remembers. The token stands in a file of its own. */
export interface ClientConfig {
  readonly url: string;
  /** Absolute, or beside the config file. */
  readonly tokenFile: string;
  /** Where agents call, for `doctor`. */
  readonly gatewayUrl?: string;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Undefined when there is none. Throws when it can't be used, with what to do. */
export async function readConfig(file: string): Promise<ClientConfig | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw usage(
      `${file} can't be read (${error.code}): check its permissions, or name another with KEYBRAKE_CLI_CONFIG`,
    );
  });
  return text === undefined ? undefined : parseConfig(file, text);
}

function parseConfig(file: string, text: string): ClientConfig {
  let read: Partial<Record<keyof ClientConfig, unknown>> | null;
  try {
    read = JSON.parse(text) as typeof read;
  } catch {
    throw usage(`${file} is not JSON: run keybrake init again`);
  }
  const { url, tokenFile, gatewayUrl } = read ?? {};
  if (!isText(url) || !isText(tokenFile)) throw usage(`${file} has no url and tokenFile: run keybrake init again`);
  return {
    url,
    tokenFile: isAbsolute(tokenFile) ? tokenFile : join(dirname(file), tokenFile),
    ...(isText(gatewayUrl) && { gatewayUrl }),
  };
}

/** Writes the config, and the token beside it in a file that only its owner may read. */
export async function writeConfig(
  file: string,
  { token, ...config }: Omit<ClientConfig, 'tokenFile'> & { readonly token: string },
): Promise<{ readonly tokenFile: string }> {
  const tokenFile = 'token';
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await replaceFile(join(dirname(file), tokenFile), `${token}\n`);
  await replaceFile(file, `${JSON.stringify({ ...config, tokenFile }, undefined, 2)}\n`);
  return { tokenFile: join(dirname(file), tokenFile) };
}

async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, file);
}

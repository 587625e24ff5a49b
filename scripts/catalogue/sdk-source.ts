import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** One operation as an SDK calls it: `POST /v1/refunds/{id}/cancel`. */
export interface SdkOperation {
  readonly method: string;
  readonly template: string;
}

/** `stripe@23.1.0`: what a list was made from. */
export function packageVersion(name: string): string {
  const { version } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')) as { version: string };
  return `${name}@${version}`;
}

export function sdkFile(...path: string[]): ts.SourceFile {
  const file = join(packages, ...path);
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
}

/** The `.js` files below a folder of a package, as paths from `node_modules`. */
export function sdkFiles(...path: string[]): readonly string[] {
  const below = readdirSync(join(packages, ...path), { recursive: true, encoding: 'utf8' });
  return below
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(...path, name))
    .sort();
}

export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  node.forEachChild((child) => visit(child, see));
}

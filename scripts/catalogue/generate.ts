// node scripts/catalogue/generate.ts: lists the operations of the installed SDKs in libs/providers/src/*/operations.json.
// What is new there is `unclassified` until somebody writes its class in; the tests name it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { LISTED_PROVIDERS, listFile, sdkOperationList } from './lists.ts';
import { type OperationList, UNCLASSIFIED } from './operation-list.ts';

for (const provider of LISTED_PROVIDERS) {
  const file = listFile(provider);
  const previous = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as OperationList) : undefined;
  const list = sdkOperationList(provider, previous);
  writeFileSync(file, `${JSON.stringify(list, null, 2)}\n`);
  const all = Object.values(list.resources).flatMap((resource) => Object.entries(resource));
  const open = all.filter(([, listed]) => listed === UNCLASSIFIED).map(([entry]) => entry);
  console.log(`${list.package}: ${all.length} operations, ${open.length} unclassified`);
  for (const entry of open) console.log(`  ${entry}`);
}

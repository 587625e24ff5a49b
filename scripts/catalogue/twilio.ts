import { basename, dirname, join } from 'node:path';
import ts from 'typescript';
import { type SdkOperation, sdkFile, sdkFiles, visit } from './sdk-source.ts';
import { pathReader } from './template-text.ts';

const REST = join('twilio', 'lib', 'rest');
const readPath = pathReader();

/** A version of a product: `verify.twilio.com` + `v2`, with the folder that holds its resources. */
interface ProductVersion {
  readonly prefix: string;
  readonly folder: string;
}

/**
 * Every request of the package's resources. Twilio has a host per product; here the product stands before the
 * version, but for `api`, whose version (`2010-04-01`) is no other product's.
 */
export function twilioSdkOperations(): readonly SdkOperation[] {
  return productVersions().flatMap(({ prefix, folder }) =>
    sdkFiles(folder).flatMap((path) =>
      sdkFile(path).statements.flatMap((scope) =>
        requestsOf(scope).map(({ method, template }) => ({ method, template: `${prefix}${template}` })),
      ),
    ),
  );
}

function productVersions(): readonly ProductVersion[] {
  const bases = sdkFiles(REST).filter((path) => dirname(path) === REST && path.endsWith('Base.js'));
  return bases.flatMap((path) => {
    const file = sdkFile(path);
    const product = /https:\/\/([a-z-]+)\.twilio\.com/.exec(file.text)?.[1];
    if (product === undefined) throw new Error(`twilio: ${path} names no host`);
    return requiredBelow(file, /^\.\/\w+\/\w+$/).map((version) => productVersion(product, join(REST, `${version}.js`)));
  });
}

function productVersion(product: string, path: string): ProductVersion {
  const file = sdkFile(path);
  const version = /super\(domain, "([^"]+)"\)/.exec(file.text)?.[1];
  const [resource] = requiredBelow(file, /^\.\/\w+\/\w+$/);
  if (version === undefined || resource === undefined) throw new Error(`twilio: ${path} is no version of a product`);
  return {
    prefix: product === 'api' ? `/${version}` : `/${product}/${version}`,
    folder: join(dirname(path), basename(dirname(resource))),
  };
}

function requiredBelow(file: ts.SourceFile, form: RegExp): readonly string[] {
  const names = [...file.text.matchAll(/require\("([^"]+)"\)/g)].map((match) => match[1] as string);
  return names.filter((name) => form.test(name));
}

/** A class or function sets its path once (`_uri = …`) and gives it to each of its requests with a method. */
function requestsOf(scope: ts.Statement): readonly SdkOperation[] {
  const templates = new Set<string>();
  const methods = new Set<string>();
  visit(scope, (node) => {
    if (ts.isBinaryExpression(node) && /\._uri$/.test(node.left.getText())) {
      for (const path of readPath(node.right) ?? []) templates.add(namedAsInDocs(path));
    }
    if (ts.isObjectLiteralExpression(node)) {
      const method = methodBesideUri(node);
      if (method !== undefined) methods.add(method.toUpperCase());
    }
  });
  if (methods.size > 0 && templates.size !== 1)
    throw new Error(`twilio: requests without one path: ${scope.getText().slice(0, 200)}`);
  return [...templates].flatMap((template) => [...methods].map((method) => ({ method, template })));
}

function methodBesideUri(request: ts.ObjectLiteralExpression): string | undefined {
  const values = new Map(
    request.properties.filter(ts.isPropertyAssignment).map(({ name, initializer }) => [name.getText(), initializer]),
  );
  const method = values.get('method');
  return values.get('uri')?.getText() === 'instance._uri' && method !== undefined && ts.isStringLiteral(method)
    ? method.text
    : undefined;
}

/** Twilio's documentation writes `{AccountSid}`. */
function namedAsInDocs(path: string): string {
  return path.replace(/\{([a-z])/g, (_, first: string) => `{${first.toUpperCase()}`);
}

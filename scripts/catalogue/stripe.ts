import ts from 'typescript';
import { type SdkOperation, sdkFile, sdkFiles, visit } from './sdk-source.ts';
import { pathReader } from './template-text.ts';

const readPath = pathReader();

/** Every `this._makeRequest('POST', '/v1/…')` of the package's resources, API v1 and v2. */
export function stripeSdkOperations(): readonly SdkOperation[] {
  const found: SdkOperation[] = [];
  for (const path of sdkFiles('stripe', 'esm', 'resources')) {
    visit(sdkFile(path), (node) => {
      if (ts.isCallExpression(node) && node.expression.getText().endsWith('._makeRequest') && !followsLink(node)) {
        found.push(operation(node));
      }
    });
  }
  return found;
}

// An event's related object is read at the address that the event holds: one of the other operations.
function followsLink(call: ts.CallExpression): boolean {
  return call.arguments[1]?.getText().endsWith('.related_object.url') === true;
}

function operation(call: ts.CallExpression): SdkOperation {
  const [method, path] = call.arguments;
  const template = path === undefined ? undefined : readPath(path)?.[0];
  if (method === undefined || !ts.isStringLiteral(method) || template === undefined) {
    throw new Error(`stripe: a request of unknown form: ${call.getText().slice(0, 200)}`);
  }
  return { method: method.text, template };
}

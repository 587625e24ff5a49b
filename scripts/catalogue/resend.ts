import ts from 'typescript';
import { type SdkOperation, sdkFile, visit } from './sdk-source.ts';
import { type HelperReader, pathReader } from './template-text.ts';

const REQUEST = /\.resend\.(get|post|put|patch|delete)$/;
// `buildPaginationUrl(base, …)` and its kin add a query to their first argument.
const BASE_AND_QUERY = /^build\w+Url$/;

/** Every `this.resend.post('/emails', …)` of the package. */
export function resendSdkOperations(): readonly SdkOperation[] {
  const file = sdkFile('resend', 'dist', 'index.cjs');
  const readPath = pathReader(helpersOf(file));
  const found: SdkOperation[] = [];
  visit(file, (node) => {
    if (!ts.isCallExpression(node)) return;
    const method = REQUEST.exec(node.expression.getText())?.[1];
    const [path] = node.arguments;
    if (method === undefined || path === undefined) return;
    const templates = readPath(path);
    if (templates === undefined) throw new Error(`resend: a path of unknown form: ${node.getText().slice(0, 200)}`);
    found.push(...templates.map((template) => ({ method: method.toUpperCase(), template })));
  });
  return found;
}

/** A helper that adds a query gives its base; any other what it returns (`buildInboxPath`). */
function helpersOf(file: ts.SourceFile): HelperReader {
  return (name, args, read) => {
    if (BASE_AND_QUERY.test(name)) return args[0] === undefined ? undefined : read(args[0]);
    const helper = file.statements.find((one) => ts.isFunctionDeclaration(one) && one.name?.text === name);
    const paths: string[] = [];
    if (helper !== undefined) visit(helper, (node) => paths.push(...returnedPaths(node, read)));
    return paths.length > 0 ? paths : undefined;
  };
}

function returnedPaths(node: ts.Node, read: (expression: ts.Expression) => readonly string[] | undefined) {
  if (!ts.isReturnStatement(node) || node.expression === undefined) return [];
  const { expression } = node;
  const paths = ts.isConditionalExpression(expression) ? read(expression.whenTrue) : read(expression);
  return (paths ?? []).filter((path) => path.startsWith('/'));
}

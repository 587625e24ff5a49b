import ts from 'typescript';

/** Every path that an SDK's expression can give, ids as `{name}`, without a query. Undefined when it can't be told. */
export type PathReader = (expression: ts.Expression) => readonly string[] | undefined;

/** What a call of the SDK's own helper gives: the paths, or undefined when it is none that builds paths. */
export type HelperReader = (
  name: string,
  args: ts.NodeArray<ts.Expression>,
  read: PathReader,
) => readonly string[] | undefined;

/** Reads paths out of literals, templates, conditionals and the constants around them. */
export function pathReader(helper: HelperReader = () => undefined): PathReader {
  const read: PathReader = (expression) => {
    if (ts.isStringLiteral(expression) || ts.isNoSubstitutionTemplateLiteral(expression)) return [expression.text];
    if (ts.isParenthesizedExpression(expression)) return read(expression.expression);
    if (ts.isConditionalExpression(expression)) return both(read(expression.whenTrue), read(expression.whenFalse));
    if (ts.isIdentifier(expression)) return readConstant(expression, read);
    if (ts.isTemplateExpression(expression)) return readTemplate(expression, read);
    if (ts.isCallExpression(expression)) return helper(expression.expression.getText(), expression.arguments, read);
    return undefined;
  };
  return (expression) => {
    const paths = read(expression)?.map((path) => path.replace(/\?.*$/, ''));
    return paths === undefined ? undefined : [...new Set(paths)];
  };
}

function both(one: readonly string[] | undefined, other: readonly string[] | undefined): readonly string[] | undefined {
  return one === undefined || other === undefined ? undefined : [...one, ...other];
}

/** The text before a query, then each part: a path of its own (`${inboxPath}/drafts`) or an id. */
function readTemplate(template: ts.TemplateExpression, read: PathReader): readonly string[] | undefined {
  let paths = [template.head.text];
  for (const { expression, literal } of template.templateSpans) {
    const inner = startsPath(paths) ? read(expression) : undefined;
    paths = paths.flatMap((path) =>
      (inner ?? [partOf(path, expression)]).map((part) => `${path}${part}${literal.text}`),
    );
  }
  return paths;
}

// An id has a segment of its own; what stands behind other text is a query.
function partOf(path: string, expression: ts.Expression): string {
  return path.endsWith('/') ? `{${idName(expression)}}` : '?';
}

// Only at the very start can an expression be a path; anywhere else it is an id or belongs to the query.
function startsPath(paths: readonly string[]): boolean {
  return paths.every((path) => path === '');
}

/** `encodeURIComponent(id)`, `options.id`, `options.email ? options.email : options.id`: the last name in it. */
function idName(expression: ts.Expression): string {
  const names = expression.getText().match(/[A-Za-z_]+/g) ?? [];
  return names.at(-1) ?? 'id';
}

/** The initialiser of the constant in the nearest scope around. */
function readConstant(identifier: ts.Identifier, read: PathReader): readonly string[] | undefined {
  for (let scope: ts.Node | undefined = identifier.parent; scope !== undefined; scope = scope.parent) {
    if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) continue;
    for (const statement of scope.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const found = statement.declarationList.declarations.find(({ name }) => name.getText() === identifier.text);
      if (found?.initializer !== undefined) return read(found.initializer);
    }
  }
  return undefined;
}

import stringWidth from 'string-width';
import { escapeText } from './escape.js';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null | undefined;
  readonly align?: 'left' | 'right';
}

const GAP = '  ';
const ABSENT = '–';
const CELL_WIDTH_MAX = 80;

/** Lines of aligned columns under their titles. Every cell is escaped; `dim` styles the line of titles. */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  dim: (text: string) => string = (text) => text,
): string {
  const cells = rows.map((row) => columns.map(({ value }) => cellOf(value(row))));
  const titles = columns.map(({ title }) => title);
  const widths = titles.map((title, column) =>
    Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[column] ?? ''))),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0, columns[column]?.align))
      .join(GAP)
      .trimEnd();
  return [dim(line(titles)), ...cells.map(line)].map((text) => `${text}\n`).join('');
}

/** One thing, a field a line. */
export function fields(pairs: readonly (readonly [name: string, value: string | number | null | undefined])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}${GAP}${cellOf(value, Infinity)}\n`).join('');
}

function cellOf(value: string | number | null | undefined, widthMax = CELL_WIDTH_MAX): string {
  if (value === null || value === undefined || value === '') return ABSENT;
  const text = escapeText(String(value));
  return stringWidth(text) <= widthMax ? text : `${[...text].slice(0, widthMax - 1).join('')}…`;
}

function padded(cell: string, width: number, align: Column<never>['align'] = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(cell)));
  return align === 'left' ? cell + space : space + cell;
}

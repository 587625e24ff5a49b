import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import styles from './data-table.module.css';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers stand at the right, digit under digit. */
  readonly number?: boolean;
}

export interface DataTableProps<Row> {
  /** What the table holds, for screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Instead of a table without rows. */
  readonly empty: ReactNode;
  /** From `usePages`: how to get what follows. */
  readonly more?: { readonly load: () => void; readonly busy: boolean } | undefined;
}

/** A table that becomes a list of cards on a phone. */
export function DataTable<Row>({ caption, columns, rows, rowKey, empty, more }: DataTableProps<Row>) {
  const foot =
    more === undefined ? null : (
      <div className={styles.foot}>
        <span>{rows.length} shown</span>
        <Button small busy={more.busy} onClick={more.load}>
          Show more
        </Button>
      </div>
    );
  if (rows.length === 0) {
    return (
      <div className={styles.frame}>
        {empty}
        {foot}
      </div>
    );
  }
  return (
    <div className={styles.frame}>
      {/* biome-ignore lint/a11y/noRedundantRoles: as cards on a phone, browsers take `display: block` for no table */}
      <table className={styles.table} role="table">
        <caption className={styles.caption}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ head, number }) => (
              <th key={head} scope="col" className={number ? styles.number : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map(({ head, cell, number }) => (
                <td key={head} data-label={head} className={number ? styles.number : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {foot}
    </div>
  );
}

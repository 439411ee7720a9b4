/** Prints the Tables that the server makes: `kubectl get` without -o, and -o wide.
 *  Upstream: staging/src/k8s.io/cli-runtime/pkg/printers/tableprinter.go */
import { type Obj, at, dict, formatLabels, list, str } from '../obj.ts';
import { TABLE, alignTabs } from './tab-writer.ts';

export interface TableOptions {
  readonly wide: boolean;
  readonly noHeaders: boolean;
  readonly withNamespace: boolean;
  /** "deployment.apps" before each name, or "". */
  readonly withKind: string;
  readonly showLabels: boolean;
  readonly columnLabels: readonly string[];
}

/** Prints one run of Tables of one kind; it remembers the widths of columns and that the headers are out. */
export interface TablePrinter {
  /** The text to print; "" for a Table without rows. */
  print(table: Obj, before?: readonly string[]): string;
}

export function createTablePrinter(options: TableOptions, beforeHeaders: readonly string[] = []): TablePrinter {
  const widths: number[] = [];
  let headed = options.noHeaders;
  let columns: readonly unknown[] = [];
  return {
    print: (table, before = []) => {
      const given = list(table, 'columnDefinitions');
      if (given.length > 0) columns = given;
      const rows = list(table, 'rows');
      if (rows.length === 0) return '';
      const shown = columns.map((c, index) => ({ c, index })).filter(({ c }) => options.wide || Number(at(c, 'priority') ?? 0) === 0);
      const lines = rows.map((row) =>
        rowCells(
          row,
          shown.map((s) => s.index),
          options,
          before,
        ),
      );
      if (!headed)
        lines.unshift(
          headerCells(
            shown.map((s) => str(s.c, 'name')),
            options,
            beforeHeaders,
          ),
        );
      headed = true;
      return alignTabs(`${lines.map((cells) => cells.join('\t')).join('\n')}\n`, TABLE, widths);
    },
  };
}

function headerCells(names: readonly string[], options: TableOptions, before: readonly string[]): string[] {
  return [
    ...before,
    ...(options.withNamespace ? ['NAMESPACE'] : []),
    ...names.map((n) => n.toUpperCase()),
    ...options.columnLabels.map((label) => (label.split('/').at(-1) ?? label).toUpperCase()),
    ...(options.showLabels ? ['LABELS'] : []),
  ];
}

function rowCells(row: unknown, indexes: readonly number[], options: TableOptions, before: readonly string[]): string[] {
  const cells = list(row, 'cells');
  const metadata = at(row, 'object', 'metadata');
  const labels = dict(metadata, 'labels');
  const texts = indexes.map((index) => cellText(cells[index]));
  if (options.withKind !== '' && texts.length > 0) texts[0] = `${options.withKind}/${texts[0]}`;
  return [
    ...before,
    ...(options.withNamespace ? [str(metadata, 'namespace')] : []),
    ...texts,
    ...options.columnLabels.map((label) => cellText(labels[label] ?? '')),
    ...(options.showLabels ? [formatLabels(labels)] : []),
  ];
}

/** Only the first line of a cell is shown. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  const end = text.search(/[\f\n\r]/);
  return end < 0 ? text : `${text.slice(0, end)}...`;
}

/** A table of our own making: headers and rows, cells in columns. */
export function plainTable(headers: readonly string[] | undefined, rows: readonly (readonly string[])[], trailing = false): string {
  const end = trailing ? '\t' : '';
  const lines = [...(headers === undefined ? [] : [headers]), ...rows].map((cells) => `${cells.join('\t')}${end}`);
  return lines.length === 0 ? '' : alignTabs(`${lines.join('\n')}\n`, TABLE);
}

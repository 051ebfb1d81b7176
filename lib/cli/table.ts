// Columns for a terminal: as wide as their widest cell, numbers to the right.

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** One line a row, the titles first. The cells hold no colours: those would count as width. */
export function layOut(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) => Math.max(...lines.map((cells) => cells[index]?.length ?? 0)));
  return lines.map((cells) =>
    columns
      .map(({ align }, index) => {
        const cell = cells[index] ?? '';
        const width = widths[index] ?? 0;
        return align === 'left' ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

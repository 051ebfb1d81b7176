// The matrix of features and servers, as text for a terminal and as a page of the documentation. Judges nothing itself.

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';

const PAGE = resolve(import.meta.dirname, '../../../docs/pop3-interop.md');

const INTRODUCTION = `# Real servers

What works with the POP3 servers of Debian 12 on loopback, as the interop tests saw it in the run that wrote this page
(\`MAILFERRY_WRITE_MATRIX=1 npm test test/interop/servers/matrix.test.ts\`). The same tests run in CI, and fail if less works.

- \`yes\`: the server offers it, it was tried, and it was right; \`-\`: the server has no such thing.
- \`RETR\`: every octet of every message, odd ones too, is what an independent client had in a session of its own.
- \`import twice\`: two runs into a folder and a SQLite ledger; the archive is the mailbox, and the second run fetches nothing.
`;

interface Cell {
  readonly text: string;
  readonly remark?: string | undefined;
}

export class Matrix {
  readonly #features: readonly string[];
  readonly #cells: ReadonlyMap<string, Map<string, Cell>>;

  /** @param servers a column each @param features a row each */
  constructor(servers: readonly string[], features: readonly string[]) {
    this.#features = features;
    this.#cells = new Map(servers.map((server) => [server, new Map<string, Cell>()]));
  }

  passed(server: string, feature: string, remark?: string): void {
    this.#cells.get(server)?.set(feature, { text: 'yes', remark });
  }

  failed(server: string, feature: string): void {
    this.#cells.get(server)?.set(feature, { text: 'FAILED' });
  }

  notInstalled(server: string, reason: string): void {
    const [first = '', ...others] = this.#features;
    this.#cells.get(server)?.set(first, { text: 'not installed', remark: reason });
    for (const feature of others) this.#cells.get(server)?.set(feature, { text: 'not installed' });
  }

  /** For a terminal. */
  lines(): string[] {
    const { rows, remarks } = this.#render();
    const widths = (rows[0] ?? []).map((_, column) =>
      Math.max(...rows.map((row) => row[column]?.length ?? 0)),
    );
    const table = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
    return [...table.map((row) => row.trimEnd()), ...remarks.map((text, index) => `[${index + 1}] ${text}`)];
  }

  /** Writes the page of the documentation. */
  async writePage(): Promise<void> {
    const { rows, remarks } = this.#render();
    const [header, ...others] = rows.map((cells) => `| ${cells.join(' | ')} |`);
    const rule = `|${' --- |'.repeat(this.#cells.size + 1)}`;
    const table = [header, rule, ...others].join('\n');
    const list = remarks.map((text, index) => `${index + 1}. ${text}`).join('\n');
    const page = [INTRODUCTION, table, 'Remarks:', list].join('\n\n');
    await writeFile(PAGE, await format(page, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
  }

  /** Row by row, so that remarks are numbered in the order in which they are read. */
  #render(): { rows: string[][]; remarks: string[] } {
    const remarks: string[] = [];
    const show = (server: string, feature: string, cell: Cell | undefined): string => {
      if (cell?.remark === undefined) return cell?.text ?? '-';
      return `${cell.text} [${remarks.push(`${server}, ${feature}: ${cell.remark}`)}]`;
    };
    const servers = [...this.#cells];
    const rows = this.#features.map((feature) => [
      feature,
      ...servers.map(([server, cells]) => show(server, feature, cells.get(feature))),
    ]);
    return { rows: [['', ...servers.map(([server]) => server)], ...rows], remarks };
  }
}

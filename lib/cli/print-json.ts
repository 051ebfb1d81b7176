// What `--json` prints: one document, for programs; standard output has nothing else then.

export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

// The names of spooled temporary files: they say which process wrote them, so that what a dead one left can be found.
// Nothing of a message, account or server ever goes into a name.

export interface TempFileOwner {
  readonly host: string;
  readonly pid: number;
}

const PATTERN = /^(?<host>[A-Za-z0-9._-]+)-(?<pid>\d{1,10})-\d+\.tmp$/;

/** `<host>-<pid>-<counter>.tmp`. */
export function tempFileName(owner: TempFileOwner, counter: number): string {
  return `${safeHost(owner.host)}-${owner.pid}-${counter}.tmp`;
}

/** Who wrote a file of this name, or `undefined` if it is none of ours. */
export function parseTempFileName(name: string): TempFileOwner | undefined {
  const groups = PATTERN.exec(name)?.groups;
  if (groups?.['host'] === undefined) return undefined;
  return { host: groups['host'], pid: Number(groups['pid']) };
}

/** A host's name as it stands in file names: other characters become `_`. */
export function safeHost(host: string): string {
  return host.replaceAll(/[^A-Za-z0-9._-]/g, '_') || '_';
}

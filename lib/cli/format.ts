// Numbers and times as people read them.

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `12.3 MB`: decimal units, as in the configuration. */
export function formatOctets(octets: number): string {
  let value = octets;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit] ?? ''}`;
}

/** `12,345`, of a whole number. Not by `toLocaleString`: its first call loads the languages of the world, 7 MB and 15 ms. */
export function formatNumber(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

export function formatCount(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `0.8 s`, `2 min 5 s`, `1 h 30 min`, `10 min` */
export function formatDuration(durationMs: number): string {
  if (durationMs < 59_950) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? joinUnits([minutes, 'min'], [seconds % 60, 's'])
    : joinUnits([Math.floor(minutes / 60), 'h'], [minutes % 60, 'min']);
}

function joinUnits([most, unit]: [number, string], [rest, smaller]: [number, string]): string {
  return rest === 0 ? `${most} ${unit}` : `${most} ${unit} ${rest} ${smaller}`;
}

/** `2026-11-23T10:00:00Z`: ISO 8601, UTC, whole seconds. */
export function formatTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** `2026-11-23T10:00:00Z (3 h ago)`, or `(in 5 min)`. */
export function formatTimeAndAge(epochMs: number, nowMs: number): string {
  const age = formatSpan(Math.abs(nowMs - epochMs));
  return `${formatTime(epochMs)} (${nowMs >= epochMs ? `${age} ago` : `in ${age}`})`;
}

/** The largest whole unit is all one wants to know: `45 s`, `3 h`, `12 d`. */
function formatSpan(spanMs: number): string {
  const seconds = Math.floor(spanMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

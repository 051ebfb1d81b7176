// What a function has used so far, in the units AWS bills and in those a test prints.

import type { InvocationReport } from './lambda-spec.ts';

export class Usage {
  invocations = 0;
  coldStarts = 0;
  /** Invocations that ended in a fault, whoever's. */
  faults = 0;
  /** Of those, how many because a test killed the environment. */
  kills = 0;
  billedMs = 0;
  gbSeconds = 0;
  peakMemoryOctets = 0;
  /** How often each type of fault was answered. */
  readonly faultTypes: Record<string, number> = {};
  /** Since `takeReports` was called last. */
  #reports: InvocationReport[] = [];

  add(report: InvocationReport, memoryMb: number): void {
    this.invocations += 1;
    this.coldStarts += report.isCold ? 1 : 0;
    this.kills += report.wasKilled ? 1 : 0;
    this.billedMs += report.billedMs;
    this.gbSeconds += (report.billedMs / 1000) * (memoryMb / 1024);
    this.peakMemoryOctets = Math.max(this.peakMemoryOctets, report.memoryOctets);
    this.#reports.push(report);
    if (!('fault' in report.outcome)) return;
    this.faults += 1;
    const type = report.outcome.fault.errorType;
    this.faultTypes[type] = (this.faultTypes[type] ?? 0) + 1;
  }

  takeReports(): readonly InvocationReport[] {
    const taken = this.#reports;
    this.#reports = [];
    return taken;
  }
}

// `index.handler` of the dispatch function: woken each minute, it sends the polls that are due. What wakes it says nothing that
// matters: the clock and the cursor in the table decide.

import { runTick } from './run-tick.ts';
import { openDispatchRuntime } from './runtime.ts';

const { ports, metrics } = openDispatchRuntime(process.env);

export async function handler(): Promise<void> {
  metrics.captureColdStartMetric();
  try {
    await runTick(ports);
  } finally {
    metrics.publish();
  }
}

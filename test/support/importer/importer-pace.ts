// The same importer in a hurry: what takes minutes as it is deployed takes seconds. Only times change, and they stay in their
// order: the reserve within the time-out, the time-out within the visibility.

import { VARIABLES } from '../../../functions/environment.ts';
import type { DeployedFunction, ImporterStack, QueueName } from './importer-stack.ts';

export interface Pace {
  readonly timeoutMs: number;
  /** Of functions that fetch. */
  readonly reserveSeconds?: number;
  readonly visibilitySeconds: number;
}

export function atPace(stack: ImporterStack, paces: Readonly<Record<QueueName, Pace>>): ImporterStack {
  const { poll, drain, parse } = stack.functions;
  const queue = (name: QueueName): ImporterStack['queues'][QueueName] => ({
    ...stack.queues[name],
    visibilitySeconds: paces[name].visibilitySeconds,
  });
  return {
    ...stack,
    functions: {
      ...stack.functions,
      poll: hurried(poll, paces.poll),
      drain: hurried(drain, paces.drain),
      parse: hurried(parse, paces.parse),
    },
    queues: { poll: queue('poll'), drain: queue('drain'), parse: queue('parse') },
  };
}

function hurried(deployed: DeployedFunction, { timeoutMs, reserveSeconds }: Pace): DeployedFunction {
  const { environment } = deployed;
  return {
    ...deployed,
    timeoutMs,
    environment:
      reserveSeconds === undefined
        ? environment
        : { ...environment, [VARIABLES.reserveSeconds]: String(reserveSeconds) },
  };
}

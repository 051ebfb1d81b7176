// What is run, and what came of it, in Lambda's own terms. Nothing here does anything.

/** A function as it is deployed. */
export interface LambdaSpec {
  readonly name: string;
  /** The folder of the bundle. */
  readonly taskRoot: string;
  /** `file.export`. */
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** What the function's configuration adds to Lambda's own variables; there is nothing else. */
  readonly environment: Readonly<Record<string, string>>;
}

/** As it is answered to whoever invoked the function. */
export interface LambdaFault {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type Outcome = { readonly payload: unknown } | { readonly fault: LambdaFault };

/** One invocation, with what Lambda writes into its REPORT line. */
export interface InvocationReport {
  readonly requestId: string;
  readonly outcome: Outcome;
  /** An environment was started for it. */
  readonly isCold: boolean;
  /** What its start took, 0 for a warm one. */
  readonly initMs: number;
  readonly durationMs: number;
  /** Both together, begun milliseconds counted whole. */
  readonly billedMs: number;
  /** How long its processes computed, of `durationMs`; coarse. Lambda gives a whole processor only from 1,769 MB on. */
  readonly processorMs: number;
  /** The most memory all processes of the environment had together, as far as it was looked. */
  readonly memoryOctets: number;
  /** A test ended the environment in the middle. */
  readonly wasKilled: boolean;
}

export const REGION = 'us-east-1';
export const ACCOUNT = '123456789012';

export function functionArn(name: string): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
}

/** The faults Lambda itself answers with. */
export function timedOut(requestId: string, timeoutMs: number): LambdaFault {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
  };
}

export function outOfMemory(requestId: string): LambdaFault {
  return {
    errorType: 'Runtime.OutOfMemory',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
  };
}

export function exited(requestId: string, code: number | null, signal: NodeJS.Signals | null): LambdaFault {
  const how = signal === null ? `exit status ${code}` : `signal: ${SIGNAL_WORDS[signal] ?? signal}`;
  const why = code === 0 ? 'without providing a reason' : `with error: ${how}`;
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited ${why}`,
  };
}

export function tooLarge(): LambdaFault {
  return {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_ANSWER_OCTETS} bytes).`,
  };
}

/** 6 MB and a little, of an answer that is not streamed. */
export const MAX_ANSWER_OCTETS = 6_291_556;

const SIGNAL_WORDS: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGKILL: 'killed',
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

// How many operations on disks and names of hosts are under way at once. Node's default is 4, and durable writes are mostly waiting:
// 16 that wait for the disk together were 0.35 ms a file instead of 1.1.
// Must run before anything uses the pool: its size is read once, then. Node 22 has used it to load the first module: there it stays 4.

const THREADS = '16';

/** Leaves alone what the user has set. */
export function openThreadPool(environment: NodeJS.ProcessEnv): void {
  environment['UV_THREADPOOL_SIZE'] ??= THREADS;
}

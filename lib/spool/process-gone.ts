// Whether a process of this machine has ended, as far as that can be known for certain.

/**
 * `false` when in doubt: a pid may belong to another process by now, and one that nobody waited for still counts.
 * @param pid as this process counts them: one from another machine or container means nothing here
 */
export function isProcessGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // EPERM means a living process of another user.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
